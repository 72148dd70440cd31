//! The page `docs/acces.md` against the table, row by row, and what a cell means.

use liasse_domain::Coded;

use super::*;

/// The words of `docs/acces.md`.
fn row(deed: Deed) -> &'static str {
    match deed {
        Deed::ReadCard => "lire la carte d'un patient, et ce que le cabinet en sait : mutuelle, accidents, proposition",
        Deed::Receive => "recevoir un patient, suivre les passages",
        Deed::Search => "chercher un patient",
        Deed::History => "voir l'historique d'un patient, une FSE, en donner copie",
        Deed::Cote => "coter un passage",
        Deed::Instruct => "donner et lever une consigne",
        Deed::Apply => "appliquer une consigne",
        Deed::Sets => "changer les jeux d'actes",
        Deed::Consolidate => "dire un accident consolidé",
        Deed::Allot => "préparer pour un praticien du cabinet, lui donner un passage",
        Deed::Price => "tarifer",
        Deed::Prepare => "préparer une FSE ; corriger, retirer, refaire celle qui attend",
        Deed::ToSign => "voir ce qui attend une signature",
        Deed::SignFse => "signer une FSE, la retourner au secrétariat",
        Deed::Cancel => "annuler une FSE signée, reprendre sa DRE",
        Deed::Attach => "joindre un document numérisé",
        Deed::GiveSheet => "imprimer et cocher une feuille papier",
        Deed::BillOnPaper => "facturer sur papier, sans carte du praticien utilisable",
        Deed::PassOn => "passer des FSE à un autre poste",
        Deed::TakeIn => "prendre ce qu'un autre poste a passé, réécrire un fichier perdu",
        Deed::PairPosts => "tirer le code de deux postes",
        Deed::SignLot => "former, signer, défaire un lot ; dire un envoi non arrivé",
        Deed::Send => "envoyer",
        Deed::Fetch => "relever les retours",
        Deed::Road => "voir où en est chaque fichier, sans patient ni montant",
        Deed::Ledger => "voir les FSE et leur état",
        Deed::SchemeMoney => "voir, FSE par FSE, ce que doivent et paient caisses et mutuelles",
        Deed::Sendings => "suivre ce qui est parti sans réponse, écrire la liste des FSE",
        Deed::Watch => "surveiller ce qui n'est pas fini",
        Deed::OwnMoney => "voir ses paiements, rejets, retours et lots",
        Deed::OthersMoney => "voir ou changer l'argent d'un autre praticien",
        Deed::Receipts => "voir les recettes d'un jour et les impayés, clore le jour",
        Deed::Cheques => "voir les chèques en caisse",
        Deed::Deposit => "remettre des chèques à la banque",
        Deed::Match => "rapprocher et séparer un paiement",
        Deed::Settle => "encaisser le patient",
        Deed::AccountsExport => "écrire les recettes pour le comptable",
        Deed::OwnDay => "voir « Ma journée »",
        Deed::Adviser => "imprimer la fiche pour le conseiller",
        Deed::Session => "ouvrir, répéter, suspendre et clore un remplacement",
        Deed::EraseSession => "effacer ce qu'un remplacement a mémorisé",
        Deed::Statement => "voir un remplacement et son relevé",
        Deed::Appearance => "choisir l'apparence de la fenêtre",
        Deed::Settings => "régler la messagerie et le poste",
        Deed::Keys => "changer la phrase secrète, le code de secours, le trousseau, la clé",
        Deed::Backup => "sauvegarder",
        Deed::Restore => "restaurer une sauvegarde",
        Deed::Drill => "faire l'exercice de restauration",
        Deed::Tables => "importer des tables",
        Deed::OpenExport => "tout exporter",
        Deed::Import => "importer un export",
        Deed::ExportPatient => "exporter les données d'une personne",
        Deed::ErasePatient => "effacer une personne",
        Deed::Retention => "régler la conservation, faire effacer ce qui est plus ancien",
        Deed::ReadJournal => "lire et exporter le journal",
        Deed::VerifyJournal => "vérifier le journal et les données",
        Deed::AcceptClock => "dire l'horloge juste",
        Deed::Doctor => "diagnostiquer le poste",
    }
}

fn cell(cell: Cell) -> String {
    match cell {
        Cell::Yes => "oui".to_owned(),
        Cell::Own => "les siens".to_owned(),
        Cell::IfOpened => format!("si la session ouvre la boîte, sinon `{}`", Refused::NoMailbox.code().0),
        Cell::Confirmed => format!("avec la phrase secrète, sinon `{}`", Refused::Passphrase.code().0),
        Cell::AloneOrConfirmed => {
            format!("seul ici, ou avec la phrase secrète, sinon `{}`", Refused::Passphrase.code().0)
        }
        Cell::No(why) => format!("non `{}`", why.code().0),
    }
}

#[test]
fn the_page_says_what_the_table_does() {
    let page = include_str!("../../../../docs/acces.md");
    for deed in Deed::all() {
        let cells = Role::ALL.map(|role| cell(deed.cell(role)));
        let wanted = format!("| {} | {} |", row(deed), cells.join(" | "));
        assert!(page.lines().any(|line| line == wanted), "docs/acces.md lacks:\n{wanted}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).count();
    // The first names the roles.
    assert_eq!(rows, Deed::all().count() + 1, "and says nothing more");
}

#[test]
fn a_deed_stands_in_one_row_and_its_words_too() {
    let deeds: Vec<Deed> = Deed::all().collect();
    for (at, deed) in deeds.iter().enumerate() {
        let mut others = deeds.iter().skip(at + 1);
        assert!(others.all(|other| other != deed && row(*other) != row(*deed)), "{deed:?} twice");
    }
}

#[test]
fn every_word_of_the_table_is_in_the_catalogue() {
    let told = Deed::all().flat_map(|deed| Role::ALL.map(|role| deed.cell(role)));
    let refusals = told.filter_map(|cell| if let Cell::No(why) = cell { Some(why) } else { None });
    for why in refusals.chain([Refused::NoMailbox, Refused::Passphrase]) {
        assert!(liasse_domain::catalogue::entry(why.code()).is_some(), "{why:?}");
    }
}

#[test]
fn without_a_card_nobody_sees_patients_money_or_signs() {
    use Deed::{History, Ledger, OpenExport, OwnMoney, Search, SignFse, SignLot};
    for deed in [Search, History, SignFse, SignLot, Ledger, OwnMoney, OpenExport] {
        assert_eq!(check(deed, None, true), Err(Refused::NoCard), "{deed:?}: the passphrase opens none of it");
    }
    for deed in [Deed::Settings, Deed::Backup, Deed::Drill, Deed::Tables, Deed::VerifyJournal, Deed::Doctor] {
        assert_eq!(check(deed, None, false), Ok(Scope::Practice), "{deed:?}");
    }
    for deed in [Deed::Keys, Deed::Restore, Deed::Retention] {
        assert_eq!(check(deed, None, false), Err(Refused::Passphrase), "{deed:?}");
        assert_eq!(check(deed, None, true), Ok(Scope::Practice), "{deed:?}");
    }
}
