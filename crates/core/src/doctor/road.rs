//! The probes of the road: settings, whether the two servers answer, how old the returns are, sendings without an answer.
//! A connection is opened and closed, no more, and only where an unapproved program may connect at all.

use std::time::Duration;

use liasse_domain::{Code, Coded, Instant, Report, SendPhase, clock};
use liasse_post::{Cause, SendError, Silence};

use super::data::Facts;
use super::{Name, Probe};
use crate::ports::host_is_allowed;

/// How long one server is waited for.
const CAP: Duration = Duration::from_secs(2);

/// A server that is to be asked whether it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// [`Name::Sending`] or [`Name::Mailbox`].
    pub name: Name,
    /// Host.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Server {
    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// What the store knows of the road.
pub(super) fn probes(facts: &Facts) -> Vec<Probe> {
    vec![settings(&facts.servers), fetched(facts.read_until, facts.now), unconfirmed(facts.unconfirmed)]
}

fn settings(servers: &Result<Vec<Server>, Report>) -> Probe {
    let servers = match servers {
        Ok(servers) => servers,
        Err(report) => return Probe::told(Name::Post, report.clone()),
    };
    let place = |name| servers.iter().find(|server| server.name == name).map(Server::place).unwrap_or_default();
    let values = [("smtp", place(Name::Sending)), ("pop3", place(Name::Mailbox))];
    Probe::new(Name::Post, Code("doctor.messagerie_reglee"), &values)
}

/// Opens a connection and closes it.
pub(super) fn reach(server: &Server) -> Probe {
    if !host_is_allowed(&server.host) {
        let refused = SendError { phase: SendPhase::Connect, cause: Cause::NotAllowed };
        return Probe::told(server.name, refused.report());
    }
    answered(server, liasse_post::answers(&server.host, server.port, CAP))
}

fn answered(server: &Server, outcome: Result<(), Silence>) -> Probe {
    let code = match outcome {
        Ok(()) => Code("doctor.serveur_repond"),
        Err(Silence::NoName) => Code("doctor.serveur_introuvable"),
        Err(Silence::NoAnswer) => Code("doctor.serveur_muet"),
        Err(Silence::NobodyListens) => Code("doctor.serveur_ferme"),
    };
    Probe::new(server.name, code, &[("server", server.place()), ("seconds", CAP.as_secs().to_string())])
}

fn fetched(until: Option<Instant>, now: Instant) -> Probe {
    let Some(until) = until else { return Probe::new(Name::Fetched, Code("doctor.retours_jamais"), &[]) };
    let days = (now - until).num_days();
    let code = if days > 0 { Code("doctor.retours_anciens") } else { Code("doctor.retours_lus") };
    let said = clock::paris(until).format("%d/%m/%Y à %H h %M").to_string();
    Probe::new(Name::Fetched, code, &[("until", said), ("days", days.to_string())])
}

fn unconfirmed(count: usize) -> Probe {
    match count {
        0 => Probe::new(Name::Unconfirmed, Code("doctor.envois_confirmes"), &[]),
        count => Probe::new(Name::Unconfirmed, Code("doctor.envois_non_confirmes"), &[("count", count.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use liasse_domain::Level;
    use liasse_domain::catalogue::Origin;

    use super::*;
    use crate::settings::SettingError;

    fn server(name: Name, host: &str, port: u16) -> Server {
        Server { name, host: host.to_owned(), port }
    }

    #[test]
    fn settings_that_lack_are_the_workstations_fault() {
        let lacking = SettingError::PostIncomplete { missing: "post.pop3" }.report();
        let probe = settings(&Err(lacking));
        assert_eq!((probe.origin, probe.is_bad()), (Origin::Poste, true));
        assert!(probe.report.message.contains("post.pop3"), "{}", probe.report.message);
        let both = vec![server(Name::Sending, "localhost", 2587), server(Name::Mailbox, "localhost", 2995)];
        let probe = settings(&Ok(both));
        assert_eq!(probe.report.level, Level::Ok);
        assert!(probe.report.message.contains("localhost:2587") && probe.report.message.contains("localhost:2995"));
    }

    #[test]
    fn each_silence_has_its_origin() {
        let mailbox = server(Name::Mailbox, "pop.cabinet.test", 995);
        for (outcome, code, origin) in [
            (Ok(()), "doctor.serveur_repond", Origin::ServiceDistant),
            (Err(Silence::NoName), "doctor.serveur_introuvable", Origin::Reseau),
            (Err(Silence::NoAnswer), "doctor.serveur_muet", Origin::Reseau),
            (Err(Silence::NobodyListens), "doctor.serveur_ferme", Origin::ServiceDistant),
        ] {
            let probe = answered(&mailbox, outcome);
            assert_eq!((probe.report.code.as_str(), probe.origin, probe.is_bad()), (code, origin, outcome.is_err()));
            assert!(probe.report.message.contains("pop.cabinet.test:995"), "{}", probe.report.message);
        }
    }

    #[test]
    fn a_server_is_asked_and_a_real_one_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its place").port();
        assert_eq!(reach(&server(Name::Sending, "127.0.0.1", port)).report.code, "doctor.serveur_repond");
        drop(listener);
        assert_eq!(reach(&server(Name::Sending, "127.0.0.1", port)).report.code, "doctor.serveur_ferme");
        assert_eq!(reach(&server(Name::Sending, "smtp.rss.fr", 587)).report.code, "road.destinataire_interdit");
    }

    #[test]
    fn returns_grow_old_after_a_day() {
        let at = |text: &str| text.parse::<Instant>().expect("a moment");
        let of = |until: Option<&str>| fetched(until.map(at), at("2026-01-16T08:00:00Z")).report;
        assert_eq!(of(None).code, "doctor.retours_jamais");
        let good = of(Some("2026-01-15T13:05:00Z"));
        assert_eq!(good.code, "doctor.retours_lus");
        assert!(good.message.contains("15/01/2026 à 14 h 05"), "{}", good.message);
        let old = of(Some("2026-01-13T07:00:00Z"));
        assert_eq!((old.code.as_str(), old.level), ("doctor.retours_anciens", Level::Warning));
        assert!(old.message.contains("3 jour(s)"), "{}", old.message);
    }

    #[test]
    fn sendings_without_an_answer_are_counted() {
        assert_eq!(unconfirmed(0).report.level, Level::Ok);
        let some = unconfirmed(2).report;
        assert_eq!((some.level, some.message.starts_with("2 FSE")), (Level::Warning, true));
    }
}
