//! A post office made of foreign parts: Postfix takes mail by SMTP with STARTTLS and authentication, Dovecot gives it
//! back by POP3 over TLS, both on free loopback ports and private to one test. Nothing can leave this machine.
//! Not the simulated caisse, which has a post office of its own: these judge our client, and stand before the caisse.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::process::Command;

use crate::namespace::{Namespace, Network, is_root};
use crate::postfix::{COMMANDS, Command as At};
use crate::process::finish;
use crate::{Scratch, dovecot, postfix, wait};

/// Mailboxes and their passwords. The addresses are those of the demo world.
pub const ACCOUNTS: [(&str, &str); 5] = [
    ("dr.test@cabinet.test", "test-secret"),
    ("01751@751.01.rss.test", "caisse-secret"),
    ("01951@951.01.rss.test", "caisse-secret"),
    ("01.751@01.scor.rss.test", "caisse-secret"),
    ("oct@concentrateur.test", "caisse-secret"),
];

/// The user that owns the mailboxes: a bare number, without an entry in `/etc/passwd`.
pub(crate) const OWNER: u32 = 5000;

/// What the servers show of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost`, valid today.
    Sound,
    /// For another host.
    OtherHost,
    /// For `localhost`, and over since 2020.
    Expired,
}

/// The running servers.
#[derive(Debug)]
pub struct MailPeers {
    _namespace: Namespace,
    scratch: Scratch,
    /// SMTP with STARTTLS and authentication, both required.
    pub submission: u16,
    /// POP3 over TLS from the first byte.
    pub pop3s: u16,
}

impl MailPeers {
    /// Starts both and waits until they answer.
    ///
    /// # Panics
    /// Without root: Postfix changes users.
    pub fn start() -> Self {
        Self::start_with(Certificate::Sound)
    }

    /// The same with another certificate.
    ///
    /// # Panics
    /// As [`MailPeers::start`].
    pub fn start_with(certificate: Certificate) -> Self {
        Self::run(certificate, "")
    }

    /// The same; Postfix takes mail for the recipient `closed` and gives it back with a non-delivery notice.
    ///
    /// # Panics
    /// As [`MailPeers::start`].
    pub fn start_closed(closed: &str) -> Self {
        Self::run(Certificate::Sound, closed)
    }

    fn run(certificate: Certificate, closed: &str) -> Self {
        assert!(is_root(), "Postfix needs root: run as root or in a container, or leave this out with --allow-skip");
        let scratch = Scratch::new("mail");
        make_certificates(&scratch, certificate);
        let [submission, pop3s] = free_ports();
        postfix::configure(&scratch, submission, closed);
        dovecot::configure(&scratch, pop3s);
        // The shell stays the first process: Postfix changes users, and the kernel would then forget to kill it with us.
        let script = "dovecot -F -c \"$1/dovecot/dovecot.conf\" & postfix -c \"$1/postfix\" start-fg & wait";
        let mut namespace =
            Namespace::start(Network::Shared, script, &[scratch.path()], &scratch.join("log/servers.log"));
        for (server, port) in [("Postfix", submission), ("Dovecot", pop3s)] {
            wait::until(server, wait::SOON, || {
                assert!(namespace.is_alive(), "the mail servers ended: {}", namespace.log());
                std::net::TcpStream::connect(("127.0.0.1", port)).ok()
            });
        }
        Self { _namespace: namespace, scratch, submission, pop3s }
    }

    /// The certificate authority a client must trust, as a PEM file.
    pub fn ca(&self) -> PathBuf {
        self.scratch.join("tls/ca.pem")
    }

    /// From now on Postfix refuses mail for `recipient` with `answer`, such as `452 4.2.2 Mailbox full`.
    pub fn refuse(&self, recipient: &str, answer: &str) {
        self.refuse_at(At::Rcpt, recipient, answer);
    }

    /// From now on Postfix answers one command so, for mail from (`Mail`) or to (the others) `address`.
    pub fn refuse_at(&self, at: At, address: &str, answer: &str) {
        postfix::set_faults(&self.scratch, at, &format!("{address} {answer}\n"));
    }

    /// Postfix takes everything again.
    pub fn refuse_nothing(&self) {
        for at in COMMANDS {
            postfix::set_faults(&self.scratch, at, "");
        }
    }

    /// The messages that lie in a mailbox, as delivered.
    pub fn mailbox(&self, address: &str) -> Vec<Vec<u8>> {
        let (user, domain) = address.split_once('@').expect("an address");
        let folder = self.scratch.join(format!("mailboxes/{domain}/{user}"));
        let mut files: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|part| std::fs::read_dir(folder.join(part)).ok())
            .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
            .collect();
        // Maildir names begin with the time of arrival.
        files.sort_by_key(|path| path.file_name().map(ToOwned::to_owned));
        // One may be renamed from new/ to cur/ between the listing and the reading: the caller polls.
        files.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
    }

    /// Waits until a mailbox holds `count` messages.
    pub fn wait_for_mail(&self, address: &str, count: usize) -> Vec<Vec<u8>> {
        wait::until(&format!("{count} messages for {address}"), wait::SOON, || {
            Some(self.mailbox(address)).filter(|messages| messages.len() == count)
        })
    }

    /// What both servers wrote.
    pub fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.scratch.join(name)).unwrap_or_default();
        [read("log/postfix.log"), read("log/dovecot.log")].concat()
    }
}

/// An authority and a certificate, by the foreign tool.
fn make_certificates(scratch: &Scratch, certificate: Certificate) {
    let names = match certificate {
        Certificate::OtherHost => "DNS:post.other.test",
        Certificate::Sound | Certificate::Expired => "DNS:localhost,IP:127.0.0.1",
    };
    let ends = if certificate == Certificate::Expired { "20200131000000Z" } else { "20491231000000Z" };
    scratch.write("tls/ext", format!("subjectAltName={names}\nextendedKeyUsage=serverAuth\n"));
    // `openssl x509` cannot date a certificate back; `openssl ca` can, and wants its books kept.
    scratch.write(
        "tls/ca.cnf",
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n\
         [p]\ncommonName=supplied\n",
    );
    scratch.write("tls/index.txt", "");
    for call in [
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=Liasse-test-authority -keyout ca.key -out ca.pem",
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout srv.key -out srv.csr",
        &format!(
            "ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in srv.csr -extfile ext -startdate 20200101000000Z -enddate {ends} -out srv.pem"
        ),
    ] {
        let mut openssl = Command::new("openssl");
        finish(openssl.args(call.split_whitespace()).current_dir(scratch.join("tls")), b"").success();
    }
}

/// Two ports nobody listens on, below those that the kernel gives to outgoing connections.
fn free_ports() -> [u16; 2] {
    let start = u16::try_from(std::process::id() % 20_000).unwrap_or_default();
    let candidates = (0..20_000).map(|step| 10_000 + (start + step) % 20_000);
    let mut free = candidates.filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    [(); 2].map(|()| free.next().expect("a free port"))
}

/// Gives a folder or file of the scratch folder to another user.
pub(crate) fn give(scratch: &Scratch, name: &str, user: Option<u32>, group: Option<u32>) {
    chown(scratch.join(name), user, group).expect("chown, as root");
}
