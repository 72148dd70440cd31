//! Dovecot in a folder of its own: POP3 over TLS for the mailboxes, and the passwords that Postfix asks about.
//! The settings are those of Dovecot 2.3 (Debian 12, Ubuntu 22.04 and 24.04); 2.4 has another language.

use std::process::Command;

use crate::Scratch;
use crate::mail::{ACCOUNTS, OWNER};
use crate::process::finish;

/// Writes everything Dovecot needs into `scratch`.
///
/// # Panics
/// With another Dovecot than 2.3.
pub fn configure(scratch: &Scratch, pop3s: u16) {
    let version = finish(Command::new("dovecot").arg("--version"), b"").success().stdout;
    assert!(version.starts_with("2.3."), "these settings are written for Dovecot 2.3, not {version}");
    let here = scratch.path().display();
    let passwords: String =
        ACCOUNTS.iter().map(|(address, password)| format!("{address}:{{PLAIN}}{password}\n")).collect();
    scratch.write("dovecot/users", passwords);
    std::fs::create_dir_all(scratch.join("run/dovecot-state")).expect("a state folder");
    let settings = format!(
        "base_dir = {here}/run/dovecot
state_dir = {here}/run/dovecot-state
instance_name = liasse-{pop3s}
protocols = pop3
listen = 127.0.0.1
log_path = {here}/log/dovecot.log
ssl = required
ssl_cert = <{here}/tls/srv.pem
ssl_key = <{here}/tls/srv.key
ssl_min_protocol = TLSv1.2
auth_mechanisms = plain login
mail_location = maildir:{here}/mailboxes/%d/%n
first_valid_uid = {OWNER}
mail_uid = {OWNER}
mail_gid = {OWNER}
pop3_uidl_format = %g
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {here}/dovecot/users
}}
userdb {{
  driver = static
  args = uid={OWNER} gid={OWNER} home={here}/mailboxes/%d/%n
}}
service auth {{
  unix_listener {here}/run/sasl {{
    mode = 0666
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"
    );
    scratch.write("dovecot/dovecot.conf", settings);
}
