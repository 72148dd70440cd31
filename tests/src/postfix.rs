//! Postfix in a folder of its own: configuration, queue and owners, as its own integrity check wants them.
//! Not a usable mail server: it delivers to a few invented mailboxes and refuses to relay.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process;

use crate::Scratch;
use crate::mail::{ACCOUNTS, OWNER, give};
use crate::process::finish;

/// Writes everything Postfix needs into `scratch`. Mail for the recipient `closed` is taken and then given back; an empty
/// one is nobody.
pub fn configure(scratch: &Scratch, submission: u16, closed: &str) {
    let here = scratch.path().display();
    scratch.write("postfix/main.cf", main(&here.to_string()));
    scratch.write("postfix/master.cf", master(submission));
    let domains: BTreeSet<&str> =
        ACCOUNTS.iter().filter_map(|(address, _)| address.split_once('@')).map(|it| it.1).collect();
    scratch.write("postfix/domains", domains.into_iter().map(|domain| format!("{domain} ok\n")).collect::<String>());
    let boxes: String = ACCOUNTS
        .iter()
        .filter_map(|(address, _)| address.split_once('@'))
        .map(|(user, domain)| format!("{user}@{domain} {domain}/{user}/\n"))
        .collect();
    scratch.write("postfix/boxes", boxes);
    // Not by the service `error`: recipients routed there are refused before the mail is taken.
    let route = format!("{closed} closed:\n");
    scratch.write("postfix/routes", if closed.is_empty() { "" } else { &route });
    compile(scratch, "routes");
    compile(scratch, "domains");
    compile(scratch, "boxes");
    for at in COMMANDS {
        set_faults(scratch, at, "");
    }
    make_queue(scratch);
}

/// A command of SMTP at which Postfix can be told to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The sender.
    Mail,
    /// The recipient.
    Rcpt,
    /// The message announced.
    Data,
    /// The message, whole.
    Dot,
}

/// All of them, in their order.
pub const COMMANDS: [Command; 4] = [Command::Mail, Command::Rcpt, Command::Data, Command::Dot];

impl Command {
    fn table(self) -> &'static str {
        match self {
            Self::Mail => "faults-mail",
            Self::Rcpt => "faults-rcpt",
            Self::Data => "faults-data",
            Self::Dot => "faults-dot",
        }
    }
}

/// Replaces the table of refused addresses of one command. Postfix notices a new table by its time in whole seconds, too coarse for
/// a test: `max_use = 1` makes each connection a new process, which opens the table anew.
pub fn set_faults(scratch: &Scratch, at: Command, table: &str) {
    scratch.write(format!("postfix/{}", at.table()), table);
    compile(scratch, at.table());
}

fn compile(scratch: &Scratch, table: &str) {
    let mut postmap = process::Command::new("postmap");
    let folder = scratch.join("postfix");
    postmap.arg("-c").arg(&folder).arg(format!("hash:{}", folder.join(table).display()));
    finish(&mut postmap, b"").success();
}

fn main(here: &str) -> String {
    format!(
        "compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/postfix-data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {here}/log/postfix.log
maillog_file_prefixes = {here}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = post.localhost
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
max_use = 1
default_transport = error:5.1.2 this test post office does not relay
relay_transport = error:5.1.2 this test post office does not relay
transport_maps = hash:{here}/postfix/routes
virtual_mailbox_domains = hash:{here}/postfix/domains
virtual_mailbox_maps = hash:{here}/postfix/boxes
virtual_mailbox_base = {here}/mailboxes
virtual_minimum_uid = 100
virtual_uid_maps = static:{OWNER}
virtual_gid_maps = static:{OWNER}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = 20480000
smtpd_tls_cert_file = {here}/tls/srv.pem
smtpd_tls_key_file = {here}/tls/srv.key
smtpd_tls_security_level = encrypt
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_sasl_type = dovecot
smtpd_sasl_path = {here}/run/sasl
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_delay_reject = no
smtpd_sender_restrictions = check_sender_access hash:{here}/postfix/faults-mail
smtpd_recipient_restrictions = check_recipient_access hash:{here}/postfix/faults-rcpt, permit_sasl_authenticated, reject
smtpd_data_restrictions = check_recipient_access hash:{here}/postfix/faults-data
smtpd_end_of_data_restrictions = check_recipient_access hash:{here}/postfix/faults-dot
"
    )
}

/// The services of Postfix, none of them in a chroot. Only the submission port listens.
fn master(submission: u16) -> String {
    format!(
        "127.0.0.1:{submission} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
closed unix - n n - - pipe user=nobody argv=/bin/sh -c {{echo 5.1.1 closed by this test; exit 69}}
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"
    )
}

/// The queue's folders with the owners and rights that `postfix check` demands.
fn make_queue(scratch: &Scratch) {
    let postfix = number_of("passwd", "postfix");
    let postdrop = number_of("group", "postdrop");
    let folder = |name: &str, rights: u32, user: Option<u32>, group: Option<u32>| {
        std::fs::create_dir_all(scratch.join(name)).expect("a queue folder");
        std::fs::set_permissions(scratch.join(name), std::fs::Permissions::from_mode(rights)).expect("its rights");
        give(scratch, name, user, group);
    };
    for name in ["queue", "queue/pid", "log", "run"] {
        folder(name, 0o755, None, None);
    }
    for name in
        ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace"]
    {
        folder(&format!("queue/{name}"), 0o700, Some(postfix), None);
    }
    folder("queue/maildrop", 0o730, Some(postfix), Some(postdrop));
    folder("queue/public", 0o710, Some(postfix), Some(postdrop));
    folder("postfix-data", 0o755, Some(postfix), None);
    folder("mailboxes", 0o755, Some(OWNER), Some(OWNER));
}

/// The number of a user or group that the package has created.
fn number_of(database: &str, name: &str) -> u32 {
    let entry = finish(process::Command::new("getent").args([database, name]), b"").success().stdout;
    entry.split(':').nth(2).and_then(|number| number.trim().parse().ok()).expect("a number in the entry")
}
