//! A simulated caisse that runs: its threads, its ports, its end.
//! Not a daemon: it lives as long as the value that holds it; its memory survives any end.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::CaisseError;
use crate::held::Held;
use crate::net::{Door, Protocol, Shared, listen};
use crate::office::Office;
use crate::options::{Options, Via};
use crate::pki::CA_PEM;
use crate::scenario::{Trick, Tricks};
use crate::{private, via};

/// Where a caisse is reached, as `ports.json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// SMTP with STARTTLS, on localhost; 0 behind a foreign post office.
    pub smtp: u16,
    /// POP3 inside TLS, on localhost; 0 behind a foreign post office.
    pub pop3s: u16,
    /// The authority of its certificate, in PEM.
    pub ca: PathBuf,
}

/// A running caisse. Dropping it stops it.
pub struct Running {
    shared: Arc<Shared>,
    tricks: Arc<Tricks>,
    doors: Vec<Arc<Door>>,
    ports: Ports,
    threads: Vec<JoinHandle<()>>,
    ports_files: Vec<PathBuf>,
}

/// How often payments are looked for, and a foreign post office visited.
const ROUND: Duration = Duration::from_millis(500);

impl Running {
    /// Starts a caisse. When this returns its memory is locked, its ports answer and `ports.json` is in place.
    pub fn start(options: Options) -> Result<Self, CaisseError> {
        let Options { data, listen: at, ports_file, via, scenario, tables } = options;
        let addresses = loopback(&at)?;
        let scenario = scenario.unwrap_or_default();
        let held = Held::new(scenario.hold, &data);
        let office = Office::open(&data, tables, scenario)?;
        let ports_files: Vec<PathBuf> = std::iter::once(data.join("ports.json")).chain(ports_file).collect();
        // A predecessor that was killed left its ports: nobody is to knock there.
        for stale in &ports_files {
            let _ = std::fs::remove_file(stale);
        }
        let tricks = office.tricks();
        let shared = Arc::new(Shared::new(office, held));
        // From here on, whatever fails drops `running`, which stops what was started and releases the memory.
        let ca = std::path::absolute(data.join("ca.pem"))?;
        private::place(&ca, CA_PEM.as_bytes())?;
        private::close_to_others(&data.join("clock"));
        let ports = Ports { smtp: 0, pop3s: 0, ca };
        let mut running = Self { shared, tricks, doors: Vec::new(), ports, threads: Vec::new(), ports_files };
        match via {
            Some(via) => running.be_client(via)?,
            None => running.serve(&addresses)?,
        }
        let json = serde_json::to_vec(&running.ports).map_err(std::io::Error::other)?;
        for file in &running.ports_files {
            private::place(file, &json)?;
        }
        Ok(running)
    }

    /// Where it is reached.
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Looks at the clock now, and pays what is due.
    pub fn tick(&self) {
        if let Some(Err(error)) = self.shared.with(|office| office.tick()) {
            tracing::error!(%error, "payments could not be made");
        }
    }

    /// Cuts the network between it and everybody, or mends it. While it is cut its ports refuse whoever comes, and who was
    /// connected is cut off; its memory and its payments go on. Behind a foreign post office it has no ports: nothing is cut.
    ///
    /// # Errors
    /// [`CaisseError::Io`] when a port was taken by somebody else meanwhile: the network stays cut.
    pub fn cut(&self, cut: bool) -> Result<(), CaisseError> {
        if cut {
            self.shared.set_cut(true);
            for door in &self.doors {
                door.shut();
            }
            return Ok(());
        }
        for door in &self.doors {
            door.reopen()?;
        }
        self.shared.set_cut(false);
        Ok(())
    }

    /// Whether the network is cut.
    pub fn is_cut(&self) -> bool {
        self.shared.is_cut()
    }

    /// Tells it to play a trick once, or takes that word back.
    pub fn arm(&self, trick: Trick, on: bool) {
        self.tricks.arm(trick, on);
    }

    /// Whether a trick waits to be played.
    pub fn is_armed(&self, trick: Trick) -> bool {
        self.tricks.is_armed(trick)
    }

    /// Stops it and waits until its memory is closed.
    pub fn stop(self) {
        drop(self);
    }

    fn serve(&mut self, addresses: &[SocketAddr; 2]) -> Result<(), CaisseError> {
        let smtp = Arc::new(Door::open(Protocol::Smtp, addresses[0])?);
        let pop3s = Arc::new(Door::open(Protocol::Pop3s, addresses[1])?);
        (self.ports.smtp, self.ports.pop3s) = (smtp.port(), pop3s.port());
        for door in [smtp, pop3s] {
            self.doors.push(Arc::clone(&door));
            self.thread("caisse-door", move |shared| listen(&door, shared))?;
        }
        self.thread("caisse-payments", |shared| {
            while !shared.is_stopping() {
                if let Some(Err(error)) = shared.with(|office| office.tick()) {
                    tracing::error!(%error, "payments could not be made");
                }
                std::thread::park_timeout(ROUND);
            }
        })
    }

    fn be_client(&mut self, via: Via) -> Result<(), CaisseError> {
        self.thread("caisse-client", move |shared| {
            while !shared.is_stopping() {
                via::round(shared, &via);
                std::thread::park_timeout(ROUND);
            }
        })
    }

    fn thread(&mut self, name: &str, work: impl FnOnce(&Arc<Shared>) + Send + 'static) -> Result<(), CaisseError> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&shared))?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for file in &self.ports_files {
            let _ = std::fs::remove_file(file);
        }
        self.shared.stop();
        for thread in self.threads.drain(..) {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// The two addresses of `text`, both of this machine alone.
fn loopback(text: &str) -> Result<[SocketAddr; 2], CaisseError> {
    let first = text.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or(CaisseError::NotLoopback)?;
    if !first.ip().is_loopback() {
        return Err(CaisseError::NotLoopback);
    }
    let mut second = first;
    if first.port() != 0 {
        second.set_port(first.port().checked_add(1).ok_or(CaisseError::NotLoopback)?);
    }
    Ok([first, second])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_at_home() {
        assert_eq!(loopback("127.0.0.1:0").expect("loopback").map(|address| address.port()), [0, 0]);
        assert_eq!(loopback("[::1]:4000").expect("loopback").map(|address| address.port()), [4000, 4001]);
        for text in ["0.0.0.0:0", "10.0.0.1:25", "127.0.0.1", "nonsense", "127.0.0.1:65535"] {
            assert!(matches!(loopback(text), Err(CaisseError::NotLoopback)), "{text}");
        }
    }
}
