//! The use cases of each row of the table, each as a call that needs nothing but a person: what it answers besides is of no matter
//! here, whether the person is refused is. Those that only look come first.

use chrono::NaiveDate;
use liasse_core::access::Deed;
use liasse_core::cards::Snapshot;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Proof;
use liasse_core::journal::EntryAsk;
use liasse_core::lists::{DebtOnly, List, Listing};
use liasse_core::paper::OnPaper;
use liasse_core::people::Search;
use liasse_core::radar::Category;
use liasse_core::redo::Way;
use liasse_core::retention::Sure;
use liasse_core::{CoreError, SettlementMode, conventions, tariffs};
use liasse_domain::{FileIdentifier, PaperReason, PaperState, PassageState, SecuringMode};

use super::scene::{Scene, Thing};
use crate::support::secretary::cotation;
use crate::support::week_of;

type Call = fn(&mut Scene, &Thing, &SignedIn) -> Result<(), CoreError>;

/// One use case of a row.
pub struct Attempt {
    pub deed: Deed,
    pub what: &'static str,
    /// Whether it is about an FSE, a passage or a sheet, which may be somebody else's.
    pub of_a_thing: bool,
    pub call: Call,
}

/// A use case about the practice, or what is the person's own anyway.
fn on(deed: Deed, what: &'static str, call: Call) -> Attempt {
    Attempt { deed, what, of_a_thing: false, call }
}

/// One about a thing.
fn of(deed: Deed, what: &'static str, call: Call) -> Attempt {
    Attempt { deed, what, of_a_thing: true, call }
}

fn day() -> NaiveDate {
    "2026-01-15".parse().expect("a day")
}

fn nowhere() -> FileIdentifier {
    "ZZZZZZ".parse().expect("a file")
}

/// Begins a list and lets it go.
fn writes(scene: &mut Scene, who: &SignedIn, list: List) -> Result<(), CoreError> {
    let folder = scene.folder("export");
    scene.ws.begin_csv(who, list, &folder).map(drop)
}

/// Everything.
pub fn attempts() -> Vec<Attempt> {
    [patients(), claims(), papers(), money(), replacements(), practice()].into_iter().flatten().collect()
}

fn patients() -> Vec<Attempt> {
    vec![
        on(Deed::ReadCard, "cover_of", |s, _, who| s.ws.cover_of(&s.draft(), who).map(drop)),
        on(Deed::ReadCard, "accidents_of", |s, _, who| s.ws.accidents_of(&s.draft(), who).map(drop)),
        on(Deed::ReadCard, "patient_on_card", |s, _, who| {
            let vitale = s.vitale();
            s.ws.patient_on_card(&vitale, 0, who).map(drop)
        }),
        on(Deed::ReadCard, "propose", |s, _, who| s.ws.propose(&s.draft(), who).map(drop)),
        on(Deed::ReadCard, "locums_care_path", |s, _, who| s.ws.locums_care_path(&s.draft(), who).map(drop)),
        on(Deed::ReadCard, "mutuelle_seen_again", |s, _, who| {
            let draft = s.draft();
            s.ws.mutuelle_seen_again(&draft, who)
        }),
        on(Deed::Receive, "passages", |s, _, who| s.ws.passages(who).map(drop)),
        of(Deed::Receive, "passage", |s, thing, who| s.ws.passage(thing.passage, who).map(drop)),
        of(Deed::Receive, "note_passage", |s, thing, who| s.ws.note_passage(thing.passage, "un mot", who)),
        on(Deed::Search, "find_people", |s, _, who| {
            s.ws.find_people(who, &Search::parse("durand", day()), 10).map(drop)
        }),
        on(Deed::Search, "known_patients", |s, _, who| s.ws.known_patients("durand", who).map(drop)),
        on(Deed::Search, "reading_of_patient", |s, _, who| {
            let found = s.ws.find_people(who, &Search::parse("durand", day()), 1)?;
            s.ws.reading_of_patient(found.people.first().map_or(0, |one| one.id), who).map(drop)
        }),
        on(Deed::History, "history", |s, _, who| {
            let found = s.ws.find_people(who, &Search::parse("durand", day()), 1)?;
            s.ws.history(who, found.people.first().map_or(0, |one| one.id), 10).map(drop)
        }),
        of(Deed::History, "document", |s, thing, who| s.ws.document(&thing.fse, who).map(drop)),
        of(Deed::History, "duplicate_of", |s, thing, who| s.ws.duplicate_of(&thing.fse, who).map(drop)),
        of(Deed::History, "receipt_of", |s, thing, who| s.ws.receipt_of(&thing.fse, who).map(drop)),
        of(Deed::History, "incident_of", |s, thing, who| s.ws.incident_of(&thing.fse, who).map(drop)),
        of(Deed::History, "why_not_reimbursed", |s, thing, who| s.ws.why_not_reimbursed(who, &thing.fse).map(drop)),
        of(Deed::History, "last_reading", |s, thing, who| s.ws.last_reading(&thing.fse, who).map(drop)),
        of(Deed::History, "export_fse", |s, thing, who| {
            let folder = s.folder("fse");
            s.ws.export_fse(&thing.fse, who, &folder).map(drop)
        }),
        of(Deed::Apply, "apply_instruction", |s, thing, who| s.ws.apply_instruction(thing.passage, "suivi", who)),
        of(Deed::Cote, "cote", |s, thing, who| s.ws.cote(thing.passage, &cotation(&["G"]), who)),
        on(Deed::Instruct, "instruct", |s, _, who| s.ws.instruct("certificat", &cotation(&["G"]), who)),
        on(Deed::Instruct, "end_instruction", |s, _, who| s.ws.end_instruction("certificat", who)),
        on(Deed::Sets, "keep_act_sets", |s, _, who| s.ws.keep_act_sets(who, &[])),
        on(Deed::Consolidate, "consolidate_accident", |s, _, who| {
            let draft = s.draft();
            s.ws.consolidate_accident(&draft, 1, who)
        }),
        on(Deed::Allot, "prepares_for", |s, _, who| {
            let number = s.blanc.clone();
            s.ws.prepares_for(who, Some(&number)).map(drop)
        }),
    ]
}

fn claims() -> Vec<Attempt> {
    vec![
        on(Deed::Price, "price", |s, _, who| s.ws.price(&s.draft(), who).map(drop)),
        on(Deed::Price, "act_sets", |s, _, who| s.ws.act_sets(who).map(drop)),
        on(Deed::Prepare, "waiting_for_signature", |s, _, who| s.ws.waiting_for_signature(&s.vitale(), who).map(drop)),
        of(Deed::Prepare, "draft_of_passage", |s, thing, who| {
            let without = Some((SecuringMode::Degrade, Proof::DernierPassage));
            s.ws.draft_of_passage(thing.passage, None, without, who).map(drop)
        }),
        of(Deed::Prepare, "correction_of", |s, thing, who| s.ws.correction_of(&thing.fse, &s.vitale(), who).map(drop)),
        of(Deed::Prepare, "withdraw_waiting", |s, thing, who| s.ws.withdraw_waiting(&thing.fse, who)),
        of(Deed::Prepare, "present_again", |s, thing, who| s.ws.present_again(&thing.fse, who)),
        of(Deed::Prepare, "redo", |s, thing, who| s.ws.redo(&thing.fse, Way::Keep, who).map(drop)),
        of(Deed::Prepare, "reprice", |s, thing, who| s.ws.reprice(&thing.fse, who).map(drop)),
        of(Deed::Prepare, "reject_on_paper", |s, thing, who| s.ws.reject_on_paper(&thing.fse, who).map(drop)),
        on(Deed::ToSign, "to_be_signed", |s, _, who| s.ws.to_be_signed(who, 10).map(drop)),
        on(Deed::SignFse, "begin_fse", |s, thing, who| s.ws.begin_fse(&thing.fse, who, None).map(drop)),
        of(Deed::SignFse, "send_back", |s, thing, who| s.ws.send_back(&thing.fse, "la date ?", who)),
        of(Deed::Cancel, "take_dre_back", |s, thing, who| s.ws.take_dre_back(&thing.fse, who).map(drop)),
        of(Deed::Attach, "attachments", |s, thing, who| s.ws.attachments(&thing.fse, who).map(drop)),
        of(Deed::Attach, "detach", |s, thing, who| s.ws.detach(&thing.fse, 9999, who)),
        of(Deed::PassOn, "begin_export", |s, thing, who| {
            s.ws.begin_export(std::slice::from_ref(&thing.fse), who).map(drop)
        }),
        on(Deed::TakeIn, "import", |s, _, who| s.ws.import(b"Bonjour", who).map(drop)),
        on(Deed::TakeIn, "export_again", |s, _, who| {
            let folder = s.folder("cle");
            s.ws.export_again("00", &folder, who).map(drop)
        }),
        on(Deed::PairPosts, "draw_code", |s, _, who| s.ws.draw_code(who).map(drop)),
    ]
}

fn papers() -> Vec<Attempt> {
    vec![
        on(Deed::GiveSheet, "papers_to_give", |s, _, who| s.ws.papers_to_give(who).map(drop)),
        of(Deed::GiveSheet, "sheet_for", |s, thing, who| s.ws.sheet_for(thing.sheet, who).map(drop)),
        of(Deed::GiveSheet, "sheet_of", |s, thing, who| s.ws.sheet_of(&thing.fse, who).map(drop)),
        of(Deed::GiveSheet, "write_sheet", |s, thing, who| {
            let folder = s.folder("papier");
            s.ws.write_sheet(thing.sheet, &folder, who).map(drop)
        }),
        of(Deed::GiveSheet, "tick_paper", |s, thing, who| s.ws.tick_paper(thing.sheet, PaperState::Remise, who)),
        on(Deed::BillOnPaper, "bill_on_paper", |s, _, _| {
            let (draft, by) = (s.draft(), OnPaper::Practitioner(s.blanc.clone()));
            s.ws.bill_on_paper(&draft, &by, PaperReason::SansCarte).map(drop)
        }),
    ]
}

fn money() -> Vec<Attempt> {
    vec![
        on(Deed::Ledger, "ledger_of", |s, _, who| s.ws.ledger_of(who).map(drop)),
        on(Deed::Ledger, "ledger_page", |s, _, who| s.ws.ledger_page(Some(who), Listing::default(), 10).map(drop)),
        on(Deed::Ledger, "listed", |s, _, who| s.ws.listed(who, Listing::default(), 10).map(drop)),
        on(Deed::Ledger, "plan_lots", |s, _, who| s.ws.plan_lots(who).map(drop)),
        on(Deed::Road, "ledger_page of nobody", |s, _, _| s.ws.ledger_page(None, Listing::default(), 10).map(drop)),
        on(Deed::SchemeMoney, "claimed_inputs", |s, _, who| s.ws.claimed_inputs(day(), day(), who).map(drop)),
        on(Deed::Sendings, "documents", |s, _, who| writes(s, who, List::Documents(Listing::default()))),
        on(Deed::Sendings, "sent, not received", |s, _, who| {
            writes(s, who, List::Watched(Category::EnvoyeNonRecu, Listing::default()))
        }),
        on(Deed::Watch, "radar", |s, _, who| s.ws.radar(who, 5).map(drop)),
        on(Deed::Watch, "seen, not billed", |s, _, who| {
            writes(s, who, List::Watched(Category::VuNonFacture, Listing::default()))
        }),
        on(Deed::OwnMoney, "payment_lines", |s, _, who| s.ws.payment_lines(who, None).map(drop)),
        on(Deed::OwnMoney, "unmatched_count", |s, _, who| s.ws.unmatched_count(who).map(drop)),
        on(Deed::OwnMoney, "payments_page", |s, _, who| s.ws.payments_page(who, Listing::default(), 10).map(drop)),
        on(Deed::OwnMoney, "returns_of", |s, _, who| s.ws.returns_of(who).map(drop)),
        on(Deed::OwnMoney, "notes_of", |s, _, who| s.ws.notes_of(who, false, 10).map(drop)),
        on(Deed::OwnMoney, "rejects_of", |s, _, who| s.ws.rejects_of(who, None).map(drop)),
        on(Deed::OwnMoney, "lot_sheet", |s, _, who| s.ws.lot_sheet(nowhere(), who).map(drop)),
        on(Deed::OwnMoney, "payments as a list", |s, _, who| writes(s, who, List::Payments(Listing::default()))),
        on(Deed::OwnMoney, "received, not paid", |s, _, who| {
            writes(s, who, List::Watched(Category::RecuNonPaye, Listing::default()))
        }),
        on(Deed::OthersMoney, "lot_sheet", |s, _, who| s.ws.lot_sheet(s.others_lot, who).map(drop)),
        on(Deed::OthersMoney, "export_lot", |s, _, who| {
            let folder = s.folder("lot");
            s.ws.export_lot(s.others_lot, who, &folder).map(drop)
        }),
        on(Deed::OthersMoney, "declare_not_arrived", |s, _, who| s.ws.declare_not_arrived(s.others_lot, "Perdu.", who)),
        on(Deed::Receipts, "day_report", |s, _, who| s.ws.day_report(who, None).map(drop)),
        on(Deed::Receipts, "unpaid", |s, _, who| s.ws.unpaid(who, None).map(drop)),
        on(Deed::Receipts, "unpaid_count", |s, _, who| s.ws.unpaid_count(who, DebtOnly::default()).map(drop)),
        on(Deed::Receipts, "receipts as a list", |s, _, who| writes(s, who, List::Receipts(day(), Listing::default()))),
        on(Deed::Receipts, "close_day", |s, _, who| s.ws.close_day(who, Some(day())).map(drop)),
        on(Deed::Cheques, "cheques", |s, _, who| s.ws.cheques(who).map(drop)),
        on(Deed::Deposit, "deposits", |s, _, who| s.ws.deposits(who).map(drop)),
        on(Deed::Deposit, "deposit_slip", |s, _, who| s.ws.deposit_slip(None, who).map(drop)),
        on(Deed::Deposit, "deposit_cheques", |s, _, who| s.ws.deposit_cheques(who, &[]).map(drop)),
        of(Deed::Match, "match_line", |s, thing, who| s.ws.match_line(who, 9999, 0, &thing.fse)),
        on(Deed::Match, "unmatch_line", |s, _, who| s.ws.unmatch_line(who, 9999, 0)),
        of(Deed::Settle, "due_by_patient", |s, thing, who| s.ws.due_by_patient(&thing.fse, who).map(drop)),
        of(Deed::Settle, "to_give_back", |s, thing, who| s.ws.to_give_back(&thing.fse, who).map(drop)),
        of(Deed::Settle, "settle", |s, thing, who| s.ws.settle(&thing.fse, who, SettlementMode::Carte)),
        on(Deed::AccountsExport, "books", |s, _, who| s.ws.books(who, day(), day()).map(drop)),
        on(Deed::OwnDay, "my_day", |s, _, who| s.ws.my_day(who, day()).map(drop)),
        on(Deed::Adviser, "adviser_sheet", |s, _, who| s.ws.adviser_sheet(&Snapshot::default(), who).map(drop)),
        on(Deed::SignLot, "seal_lots", |s, _, who| s.ws.seal_lots(who).map(drop)),
        on(Deed::SignLot, "begin_lots", |s, _, who| s.ws.begin_lots(who).map(drop)),
        on(Deed::SignLot, "dissolve_lot", |s, _, who| s.ws.dissolve_lot(nowhere(), who)),
        on(Deed::SignLot, "declare_not_arrived", |s, _, who| s.ws.declare_not_arrived(nowhere(), "Perdu.", who)),
        on(Deed::Send, "mailbox", |_, _, who| Ok(who.mailbox()?)),
        of(Deed::Cancel, "cancel", |s, thing, who| s.ws.cancel(&thing.fse, who)),
    ]
}

fn replacements() -> Vec<Attempt> {
    vec![
        on(Deed::Statement, "sessions_of", |s, _, who| s.ws.sessions_of(who).map(drop)),
        on(Deed::Statement, "session_of", |s, _, who| s.ws.session_of(s.number, who).map(drop)),
        on(Deed::Statement, "statement", |s, _, who| s.ws.statement(s.number, who).map(drop)),
        on(Deed::Session, "begin_session", |s, _, who| {
            let (plan, card) = (week_of(&s.vert), s.gris.cps());
            s.ws.begin_session(&plan, &card, who).map(drop)
        }),
        on(Deed::Session, "left_of_session", |s, _, who| s.ws.left_of_session(s.number, who).map(drop)),
        on(Deed::Session, "year_of_locums", |s, _, who| s.ws.year_of_locums(2026, who).map(drop)),
        on(Deed::Session, "rehearse", |s, _, who| s.ws.rehearse(s.number, None, None, who).map(drop)),
        on(Deed::Session, "suspend_session", |s, _, who| s.ws.suspend_session(s.number, true, who)),
        of(Deed::Session, "reopen_for_locum", |s, thing, who| s.ws.reopen_for_locum(&thing.fse, who)),
        on(Deed::Session, "close_session", |s, _, who| s.ws.close_session(s.number, true, who)),
        on(Deed::EraseSession, "erase_session", |s, _, who| {
            let folder = s.folder("data");
            s.ws.erase_session(s.number, &folder, who).map(drop)
        }),
    ]
}

fn practice() -> Vec<Attempt> {
    vec![
        on(Deed::Appearance, "desk.zoom", |s, _, who| s.ws.set_setting_as("desk.zoom", "125", Some(who))),
        on(Deed::Settings, "post.smtp", |s, _, who| s.ws.set_setting_as("post.smtp", "localhost:2587", Some(who))),
        on(Deed::Settings, "desk.post", |s, _, who| s.ws.set_setting_as("desk.post", "2", Some(who))),
        on(Deed::Backup, "backup.at", |s, _, who| s.ws.set_setting_as("backup.at", "12:30", Some(who))),
        on(Deed::Backup, "begin_copy", |s, _, who| s.ws.begin_copy(Deed::Backup, Some(who)).map(drop)),
        on(Deed::Drill, "begin_copy", |s, _, who| s.ws.begin_copy(Deed::Drill, Some(who)).map(drop)),
        on(Deed::Tables, "tariffs", |s, _, who| tariffs::replace(&s.folder("tables"), &[], Some(who))),
        on(Deed::Tables, "conventions", |s, _, who| {
            conventions::replace(&s.folder("tables"), b"x", Some(who)).map(drop)
        }),
        on(Deed::OpenExport, "begin_open_export", |s, _, who| {
            let folder = s.practice.folder().join("tout");
            s.ws.begin_open_export(who, &folder, false).map(drop)
        }),
        on(Deed::Import, "import_open_export", |s, _, who| {
            let folder = s.folder("data");
            s.ws.import_open_export(Some(who), &folder, false).map(drop)
        }),
        on(Deed::ExportPatient, "person_file", |s, _, who| s.ws.person_file(who, 1).map(drop)),
        on(Deed::ErasePatient, "forget_plan", |s, _, who| s.ws.forget_plan(who, 1).map(drop)),
        on(Deed::ErasePatient, "forget_person", |s, _, who| {
            let folder = s.folder("data");
            s.ws.forget_person(who, 9999, false, &folder).map(drop)
        }),
        on(Deed::Retention, "begin_report", |s, _, who| s.ws.begin_report(Some(who), false).map(drop)),
        on(Deed::Retention, "begin_retention", |s, _, who| s.ws.begin_retention(Some(who), Sure::default()).map(drop)),
        on(Deed::ReadJournal, "journal_page", |s, _, who| s.ws.journal_page(who, EntryAsk::default(), 10).map(drop)),
        on(Deed::VerifyJournal, "verify_journal", |s, _, who| s.ws.verify_journal(Some(who)).map(drop)),
        on(Deed::VerifyJournal, "verify", |s, _, who| s.ws.verify(Some(who)).map(drop)),
        on(Deed::AcceptClock, "accept_clock", |s, _, who| s.ws.accept_clock(who).map(drop)),
        // Last: they move or take away what the others look at.
        of(Deed::Receive, "set_passage", |s, thing, who| {
            s.ws.set_passage(thing.passage, PassageState::AttendCarte, "", who)
        }),
        on(Deed::Receive, "receive", |s, _, who| {
            let vitale = s.vitale();
            s.ws.receive(&vitale, 0, None, who).map(drop)
        }),
        on(Deed::Allot, "reassign", |s, thing, who| {
            let number = s.blanc.clone();
            s.ws.reassign(thing.passage, &number, who)
        }),
    ]
}
