//! The doctor of the workstation: named probes, each with one sentence, where a fault comes from, and what mends it. Looks and
//! changes nothing, needs no card and tries no code. Not the repairs themselves. Rule: product.md, Diagnostic; contracts, `doctor`.

mod cards;
mod data;
mod place;
mod road;
mod saved;

use std::path::Path;

use liasse_domain::catalogue::{self, Origin};
use liasse_domain::{Clock, Code, Coded, Instant, Level, Report};
use serde::Serialize;

use crate::cards::Snapshot;
use crate::lane::Handle;
use crate::ports::{CardReaders, PcscReaders, SystemClock};
use crate::sending::PostPlace;
use crate::workstation::Workstation;

pub use road::Server;

/// A device or the network is missing.
const MISSING: u8 = 3;
/// Damaged or foreign data.
const DAMAGED: u8 = 4;
/// Anything else that is bad.
const REFUSED: u8 = 1;

macro_rules! names {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $label:literal;)+) => {
        /// What a probe looks at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Name { $($(#[$doc])* $variant,)+ }

        impl Name {
            /// The word in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The words on screen.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }
    };
}

names! {
    /// The smart card service that the workstation works with.
    Service = "service_cartes", "service des cartes";
    /// The smart card service of the computer, beside simulated readers.
    Computer = "cartes_ordinateur", "cartes de l'ordinateur";
    /// The readers.
    Readers = "lecteurs", "lecteurs";
    /// What drives a reader.
    Driver = "pilote", "pilote du lecteur";
    /// A card.
    Card = "carte", "carte";
    /// Tries of a professional's code.
    Tries = "code_porteur", "code porteur";
    /// A professional's certificate.
    Certificate = "certificat", "certificat";
    /// The data directory.
    Folder = "dossier", "dossier des données";
    /// Room on its disk.
    Room = "place", "place sur le disque";
    /// Who may read it.
    Rights = "droits_acces", "droits d'accès";
    /// The store.
    Store = "donnees", "données";
    /// The journal.
    Journal = "journal", "journal";
    /// The ways into the data of a practice.
    Keys = "cles", "clés des données";
    /// The last backup and its folder.
    Backup = "sauvegarde", "sauvegarde";
    /// The last drill.
    Drill = "exercice", "exercice de restauration";
    /// The dated tables.
    Tables = "tables", "tables de tarifs";
    /// The clock.
    Clock = "horloge", "horloge";
    /// The settings of the post.
    Post = "messagerie", "réglages de la messagerie";
    /// The server where mail leaves.
    Sending = "envoi", "serveur d'envoi";
    /// The server where returns wait.
    Mailbox = "retours", "boîte des retours";
    /// When returns were last fetched.
    Fetched = "releve", "relève des retours";
    /// Sendings of which nobody knows whether they left.
    Unconfirmed = "confirmation", "envois à confirmer";
    /// What is simulated, and that nobody approved it.
    Approval = "agrement", "agrément";
}

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What one probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Probe {
    /// What was looked at.
    pub name: Name,
    /// Where a fault of it comes from: workstation, reader, card, network or remote service.
    pub origin: Origin,
    /// What happened, what is safe, what mends it; its level says how bad it is.
    #[serde(flatten)]
    pub report: Report,
}

impl Probe {
    fn new(name: Name, code: Code, parameters: &[(&'static str, String)]) -> Self {
        Self::told(name, Report::new(code, parameters))
    }

    /// A probe that says what another part of the program says of the same fault.
    fn told(name: Name, report: Report) -> Self {
        let origin = match catalogue::origin_of(&report.code) {
            // What was typed or forbidden is mended at this workstation.
            None | Some(Origin::Saisie | Origin::Regle) => Origin::Poste,
            Some(origin) => origin,
        };
        Self { name, origin, report }
    }

    /// Whether something is wrong, and not only to be looked at.
    pub fn is_bad(&self) -> bool {
        self.report.level >= Level::Error
    }
}

/// What the doctor found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// Version of this shape.
    pub v: u32,
    /// When it looked, by the clock of the practice.
    pub at: Instant,
    /// Every probe, cards first, then the workstation, then the road.
    pub probes: Vec<Probe>,
    /// The servers that are still to be asked whether they answer.
    #[serde(skip)]
    pub servers: Vec<Server>,
}

impl Diagnosis {
    /// Takes in what the servers answered, beside the settings of the post.
    pub fn complete(&mut self, answered: Vec<Probe>) {
        self.servers.clear();
        let settings = self.probes.iter().position(|probe| probe.name == Name::Post);
        let after = settings.map_or(self.probes.len(), |at| at + 1);
        self.probes.splice(after..after, answered);
    }

    /// How a program ends that was asked for it: with which report and exit code; `None` when nothing is bad. A missing device
    /// or network comes first (3), then damaged data (4), then the rest (1).
    pub fn ending(&self) -> Option<(&Report, u8)> {
        let bad: Vec<&Report> = self.probes.iter().filter(|probe| probe.is_bad()).map(|probe| &probe.report).collect();
        let of = |exit: u8| bad.iter().find(|report| catalogue::exit_of(&report.code) == exit).map(|one| (*one, exit));
        of(MISSING).or_else(|| of(DAMAGED)).or_else(|| bad.first().map(|one| (*one, REFUSED)))
    }
}

/// The practice's data, as far as a face has them.
pub enum Data<'a> {
    /// They are open.
    Open(&'a Handle<Workstation>),
    /// They did not open, and why.
    Refused(Report),
    /// Nobody named any.
    None,
}

/// What a face hands in.
pub struct Given<'a> {
    /// The data.
    pub data: Data<'a>,
    /// Their folder.
    pub root: Option<&'a Path>,
    /// The readers as they were last read.
    pub cards: &'a Snapshot,
    /// The smart card service of this computer where the readers above are simulated: see [`computer`].
    pub computer: Option<Result<usize, Report>>,
    /// The post office that is used unless the settings name one.
    pub place: Option<PostPlace>,
}

/// How many readers the smart card service of this computer sees.
///
/// # Errors
/// The report of the service.
pub fn computer() -> Result<usize, Report> {
    let states = PcscReaders::establish().and_then(|mut readers| readers.list());
    states.map(|states| states.len()).map_err(|error| error.report())
}

/// Every probe but the network's, which may take seconds: [`Diagnosis::servers`] are still to be asked by [`reach`].
pub fn look(given: &Given<'_>) -> Diagnosis {
    let (facts, mut store) = match &given.data {
        Data::Open(lane) => data::read(lane, given.place.clone()),
        Data::Refused(report) => (None, vec![Probe::told(Name::Store, report.clone())]),
        Data::None => (None, vec![Probe::new(Name::Store, Code("doctor.donnees_aucune"), &[])]),
    };
    let now = facts.as_ref().map_or_else(|| SystemClock.now(), |facts| facts.now);
    let judge = cards::Judge { trust: facts.as_ref().map(|facts| &facts.trust), now };
    let mut probes = cards::probes(given.cards, given.computer.as_ref(), &judge);
    probes.extend(given.root.into_iter().flat_map(place::probes));
    probes.append(&mut store);
    probes.extend(given.root.into_iter().flat_map(saved::keys));
    probes.extend(facts.iter().flat_map(|facts| saved::probes(&facts.backups, given.root, now)));
    probes.extend(data::tables_and_clock(given.root, facts.as_ref(), now));
    let servers = facts.as_ref().and_then(|facts| facts.servers.clone().ok()).unwrap_or_default();
    probes.extend(facts.iter().flat_map(road::probes));
    probes.push(Probe::new(Name::Approval, Code("doctor.non_agree"), &[]));
    Diagnosis { v: 1, at: now, probes, servers }
}

/// Asks the servers whether they answer, two seconds at most each.
pub fn reach(servers: &[Server]) -> Vec<Probe> {
    servers.iter().map(road::reach).collect()
}

/// Every probe.
pub fn examine(given: &Given<'_>) -> Diagnosis {
    let mut diagnosis = look(given);
    let answered = reach(&diagnosis.servers);
    diagnosis.complete(answered);
    diagnosis
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(name: Name, code: Code) -> Probe {
        Probe::new(name, code, &[])
    }

    fn diagnosis(codes: &[Code]) -> Diagnosis {
        let probes = codes.iter().map(|code| probe(Name::Card, *code)).collect();
        Diagnosis { v: 1, at: "2026-01-15T08:00:00Z".parse().expect("a moment"), probes, servers: Vec::new() }
    }

    #[test]
    fn a_program_ends_with_what_is_missing_then_damaged_then_the_rest() {
        let ending = |codes: &[Code]| diagnosis(codes).ending().map(|(report, exit)| (report.code.clone(), exit));
        let ended = |code: &str, exit| Some((code.to_owned(), exit));
        let ok = Code("doctor.service_repond");
        assert_eq!(ending(&[ok, Code("doctor.retours_jamais"), Code("doctor.non_agree")]), None, "warnings end well");
        assert_eq!(ending(&[ok, Code("doctor.certificat_echu")]), ended("doctor.certificat_echu", 1));
        let both = [Code("doctor.certificat_echu"), Code("doctor.lecteur_aucun")];
        assert_eq!(ending(&both), ended("doctor.lecteur_aucun", 3));
        let damaged = [Code("doctor.certificat_echu"), Code("system.dossier_endommage")];
        assert_eq!(ending(&damaged), ended("system.dossier_endommage", 4));
        // A setting that lacks is wrong usage where it is typed, and no usage of the doctor's.
        assert_eq!(ending(&[Code("road.poste_incomplete")]), ended("road.poste_incomplete", 1));
    }

    #[test]
    fn a_fault_comes_from_one_of_five_places() {
        for (code, origin) in [
            (Code("cards.service_absent"), Origin::Lecteur),
            (Code("cards.carte_muette"), Origin::Carte),
            (Code("doctor.serveur_introuvable"), Origin::Reseau),
            (Code("doctor.serveur_ferme"), Origin::ServiceDistant),
            (Code("system.horloge_en_retard"), Origin::Poste),
            (Code("road.poste_incomplete"), Origin::Poste),
            (Code("road.destinataire_interdit"), Origin::Poste),
        ] {
            assert_eq!(probe(Name::Card, code).origin, origin, "{}", code.0);
        }
    }

    #[test]
    fn what_servers_answer_stands_beside_the_settings_of_the_post() {
        let mut found = diagnosis(&[Code("doctor.cps_lue")]);
        found.probes.push(probe(Name::Post, Code("doctor.donnees_aucune")));
        found.probes.push(probe(Name::Approval, Code("doctor.non_agree")));
        found.complete(vec![probe(Name::Sending, Code("doctor.retours_jamais"))]);
        let names: Vec<Name> = found.probes.iter().map(|probe| probe.name).collect();
        assert_eq!(names, [Name::Card, Name::Post, Name::Sending, Name::Approval]);
    }

    #[test]
    fn the_shape_for_scripts() {
        let json = serde_json::to_value(diagnosis(&[Code("doctor.certificat_echu")])).expect("json");
        assert_eq!(json["v"], 1);
        let probe = json["probes"][0].as_object().expect("a probe");
        let mut fields: Vec<&String> = probe.keys().collect();
        fields.sort();
        assert_eq!(fields, ["action", "code", "level", "message", "name", "origin", "safe"]);
        assert_eq!(
            (&probe["name"], &probe["origin"], &probe["level"]),
            (&"carte".into(), &"carte".into(), &"error".into())
        );
        assert!(json.get("servers").is_none());
        assert_eq!(serde_json::to_value(Name::Service).expect("json"), Name::Service.word());
    }

    #[test]
    fn without_data_the_cards_are_looked_at_all_the_same() {
        let cards = Snapshot::default();
        let found = examine(&Given { data: Data::None, root: None, cards: &cards, computer: None, place: None });
        let codes: Vec<&str> = found.probes.iter().map(|probe| probe.report.code.as_str()).collect();
        assert!(codes.contains(&"doctor.lecteur_aucun") && codes.contains(&"doctor.donnees_aucune"), "{codes:?}");
        assert_eq!(codes.last(), Some(&"doctor.non_agree"));
        let refused = Report::new(Code("system.dossier_occupe"), &[]);
        let given = Given { data: Data::Refused(refused), root: None, cards: &cards, computer: None, place: None };
        assert!(
            examine(&given).probes.iter().any(|probe| probe.report.code == "system.dossier_occupe" && probe.is_bad())
        );
    }
}
