//! One connection to a server: TCP, then TLS, every wait bounded by a deadline.
//! Not a protocol: it carries bytes. The only outward sockets of the house are made here.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::account::{Account, Security};
use crate::error::{Cause, CertificateFault};

/// An open connection.
pub(crate) struct Link {
    wire: Option<Wire>,
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    timeout: Duration,
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

/// What one read may bring.
const READ: usize = 16 * 1024;
/// What one write carries: the timeout holds for each piece, so that a long message on a slow line still passes.
const PIECE: usize = 16 * 1024;

/// A whole message may take so many times the limit of one step.
const MESSAGE_FACTOR: u32 = 20;

impl Link {
    /// Connects, and shakes hands when TLS is implicit.
    pub(crate) fn open(account: &Account) -> Result<Self, Cause> {
        account.check()?;
        let config = Arc::new(trusting(account.ca_pem.as_deref())?);
        let host = account.host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| Cause::BadSetting)?;
        let deadline = Instant::now() + account.timeout;
        let tcp = connect(&resolve(host, account.port, deadline)?, deadline)?;
        // Dialogues are short lines; waiting to fill packets would add 40 ms to each.
        tcp.set_nodelay(true).map_err(|_| Cause::Network)?;
        let mut link = Self { wire: Some(Wire::Plain(tcp)), config, name, timeout: account.timeout };
        if account.security == Security::Implicit {
            link.secure()?;
        }
        Ok(link)
    }

    /// Shakes hands for TLS on a plain connection.
    pub(crate) fn secure(&mut self) -> Result<(), Cause> {
        let Some(Wire::Plain(mut tcp)) = self.wire.take() else { return Err(Cause::Protocol) };
        let deadline = Instant::now() + self.timeout;
        let mut tls =
            ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(|error| tls_cause(&error))?;
        while tls.is_handshaking() {
            if tls.wants_write() {
                arm(&tcp, deadline)?;
                tls.write_tls(&mut tcp).map_err(|error| io_cause(&error))?;
                continue;
            }
            arm(&tcp, deadline)?;
            if tls.read_tls(&mut tcp).map_err(|error| io_cause(&error))? == 0 {
                return Err(Cause::Network);
            }
            if let Err(error) = tls.process_new_packets() {
                // The alert tells the server why; the refusal stands whether it arrives or not.
                let _ = tls.write_tls(&mut tcp);
                return Err(tls_cause(&error));
            }
        }
        self.wire = Some(Wire::Tls(Box::new(StreamOwned::new(tls, tcp))));
        Ok(())
    }

    /// Writes all of `bytes`.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let timeout = self.timeout;
        let end = self.long_deadline();
        for piece in bytes.chunks(PIECE) {
            arm(self.tcp()?, end.min(Instant::now() + timeout))?;
            match self.wire.as_mut().ok_or(Cause::Network)? {
                Wire::Plain(tcp) => tcp.write_all(piece).and_then(|()| tcp.flush()),
                Wire::Tls(tls) => tls.write_all(piece).and_then(|()| tls.flush()),
            }
            .map_err(|error| io_cause(&error))?;
        }
        Ok(())
    }

    /// Reads some bytes, at least one, before `deadline`.
    pub(crate) fn read(&mut self, deadline: Instant) -> Result<Vec<u8>, Cause> {
        arm(self.tcp()?, deadline)?;
        let mut buffer = vec![0; READ];
        let count = match self.wire.as_mut().ok_or(Cause::Network)? {
            Wire::Plain(tcp) => tcp.read(&mut buffer),
            Wire::Tls(tls) => tls.read(&mut buffer),
        }
        .map_err(|error| io_cause(&error))?;
        if count == 0 {
            return Err(Cause::Network);
        }
        buffer.truncate(count);
        Ok(buffer)
    }

    /// When a wait that starts now ends.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// When a whole message must be through, however steadily it drips.
    pub(crate) fn long_deadline(&self) -> Instant {
        Instant::now() + self.timeout.saturating_mul(MESSAGE_FACTOR)
    }

    /// Says goodbye without waiting for an answer: nothing depends on it any more.
    pub(crate) fn leave(mut self, farewell: &[u8]) {
        let _ = self.write(farewell);
        if let Some(Wire::Tls(tls)) = self.wire.as_mut() {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    }

    fn tcp(&self) -> Result<&TcpStream, Cause> {
        match self.wire.as_ref() {
            Some(Wire::Plain(tcp)) => Ok(tcp),
            Some(Wire::Tls(tls)) => Ok(&tls.sock),
            None => Err(Cause::Network),
        }
    }
}

/// Resolves in a thread of its own: the system's resolver knows no deadline.
pub(crate) fn resolve(host: String, port: u16, deadline: Instant) -> Result<Vec<SocketAddr>, Cause> {
    let (sender, receiver) = mpsc::channel();
    std::thread::Builder::new()
        .name("post-resolve".to_owned())
        .spawn(move || {
            let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            let _ = sender.send(found);
        })
        .map_err(|_| Cause::Network)?;
    match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Ok(_) => Err(Cause::Network),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(Cause::Timeout),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Cause::Network),
    }
}

fn connect(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, Cause> {
    let mut cause = Cause::Network;
    for address in addresses {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Cause::Timeout);
        }
        match TcpStream::connect_timeout(address, left) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => cause = io_cause(&error),
        }
    }
    Err(cause)
}

/// Gives the next system call what is left until `deadline`.
fn arm(tcp: &TcpStream, deadline: Instant) -> Result<(), Cause> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Cause::Timeout);
    }
    tcp.set_read_timeout(Some(left)).and_then(|()| tcp.set_write_timeout(Some(left))).map_err(|_| Cause::Network)
}

/// A configuration that trusts the authorities of `pem` and no other.
fn trusting(pem: Option<&str>) -> Result<ClientConfig, Cause> {
    let nobody = Cause::UntrustedCertificate(CertificateFault::UnknownIssuer);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.unwrap_or_default().as_bytes()) {
        let certificate = certificate.map_err(|_| nobody)?;
        roots.add(certificate).map_err(|_| nobody)?;
    }
    if roots.is_empty() {
        return Err(nobody);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Cause::NoTls)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn io_cause(error: &std::io::Error) -> Cause {
    if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_cause(tls);
    }
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Cause::Timeout,
        _ => Cause::Network,
    }
}

fn tls_cause(error: &rustls::Error) -> Cause {
    use CertificateError as E;
    let fault = match error {
        rustls::Error::InvalidCertificate(fault) => fault,
        _ => return Cause::NoTls,
    };
    Cause::UntrustedCertificate(match fault {
        E::UnknownIssuer => CertificateFault::UnknownIssuer,
        E::Expired | E::ExpiredContext { .. } | E::NotValidYet | E::NotValidYetContext { .. } => {
            CertificateFault::Expired
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => CertificateFault::WrongName,
        // A self-signed server certificate that is no authority ends here or above, depending on its extensions.
        E::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => CertificateFault::UnknownIssuer,
        _ => CertificateFault::Unusable,
    })
}
