//! `receipts`: the day by mode, closed by one call; who still owes; cheques in hand and deposited. And `match`: what the
//! caisses paid, line by line, matched to an FSE or separated from it.

use std::path::PathBuf;

use chrono::NaiveDate;
use liasse_core::{ChequeRow, DepositRow, PaidRow};
use liasse_domain::{Centimes, FseRef};
use serde_json::{Value, json};

use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::Person;
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Receipts {
    #[command(about = "Les recettes d'une journée, par mode de règlement")]
    Day(Day),
    #[command(about = "Clôt une journée : elle ne change plus que par contre-écriture")]
    Close(Day),
    #[command(about = "Les FSE que le patient n'a pas réglées, et leur âge")]
    Unpaid(OfPerson),
    #[command(about = "Les chèques en caisse")]
    Cheques(OfPerson),
    #[command(about = "Remet des chèques à la banque : tous, ou ceux qui sont nommés")]
    Deposit(Deposit),
    #[command(about = "Les remises de chèques")]
    Deposits(OfPerson),
    #[command(about = "Écrit pour un comptable ce qui est entré, par jour, moyen et payeur, sans aucun patient")]
    Accountant(Accountant),
}

#[derive(clap::Args)]
pub(crate) struct Day {
    #[arg(value_name = "DATE", help = "AAAA-MM-JJ ; sinon la journée en cours")]
    day: Option<NaiveDate>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct OfPerson {
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Deposit {
    #[arg(value_name = "CHÈQUE", help = "Numéros des chèques, comme receipts cheques les donne")]
    cheques: Vec<i64>,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Accountant {
    #[arg(value_name = "FICHIER", help = "Le CSV à écrire ; un fichier qui existe n'est pas remplacé")]
    file: PathBuf,
    #[arg(long, value_name = "DATE", help = "Premier jour, AAAA-MM-JJ")]
    from: NaiveDate,
    #[arg(long, value_name = "DATE", help = "Dernier jour, AAAA-MM-JJ")]
    to: NaiveDate,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Subcommand)]
pub(crate) enum Match {
    #[command(about = "Les lignes de paiement, et la FSE de chacune")]
    List(OfPerson),
    #[command(about = "Rapproche une ligne d'une FSE")]
    Set(Set),
    #[command(about = "Sépare une ligne de sa FSE")]
    Undo(Undo),
}

#[derive(clap::Args)]
pub(crate) struct Set {
    #[arg(value_name = "PAIEMENT")]
    payment: i64,
    #[arg(value_name = "LIGNE", help = "À partir de 0")]
    line: u32,
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Undo {
    #[arg(value_name = "PAIEMENT")]
    payment: i64,
    #[arg(value_name = "LIGNE", help = "À partir de 0")]
    line: u32,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: Receipts, as_json: bool) -> Result<(), Failure> {
    match command {
        Receipts::Day(day) => show_day(&day, as_json),
        Receipts::Close(day) => close(&day, as_json),
        Receipts::Unpaid(person) => unpaid(&person, as_json),
        Receipts::Cheques(person) => {
            let cheques = person.person.open(&[])?.run(|workstation, who| workstation.cheques(who))?;
            list(as_json, &cheques, cheque_json, cheque_line)
        }
        Receipts::Deposit(deposit) => {
            let wanted = deposit.cheques.clone();
            let open = deposit.person.open(&[])?;
            let slip = open.run(move |workstation, who| workstation.deposit_cheques(who, &wanted))?;
            list(as_json, &[slip], slip_json, slip_line)
        }
        Receipts::Deposits(person) => {
            let slips = person.person.open(&[])?.run(|workstation, who| workstation.deposits(who))?;
            list(as_json, &slips, slip_json, slip_line)
        }
        Receipts::Accountant(accountant) => for_accountant(&accountant, as_json),
    }
}

fn for_accountant(accountant: &Accountant, as_json: bool) -> Result<(), Failure> {
    let (from, until) = (accountant.from, accountant.to);
    if until < from {
        return Err(CliError::WrongValue { argument: "--to".to_owned() }.into());
    }
    let books = accountant.person.open(&[])?.run(move |workstation, who| workstation.books(who, from, until))?;
    files::write(&accountant.file, books.csv.as_bytes())?;
    let file = accountant.file.display().to_string();
    if as_json {
        let mut told = json!(books);
        told["file"] = file.into();
        return output::line(&told.to_string());
    }
    let values = [
        ("days", &*books.days.to_string()),
        ("patient", &books.patient_cents.to_string()),
        ("amo", &books.amo_cents.to_string()),
        ("amc", &books.amc_cents.to_string()),
        ("file", &file),
    ];
    output::line(&text::with("receipts.books", &values))
}

pub(crate) fn run_match(command: Match, as_json: bool) -> Result<(), Failure> {
    match command {
        Match::List(person) => lines(&person.person, as_json),
        Match::Set(set) => {
            let fse: FseRef = set.fse.parse().map_err(|_| CliError::FseName)?;
            let (payment, line) = (set.payment, set.line);
            let open = set.person.open(&[])?;
            open.run(move |workstation, who| workstation.match_line(who, payment, line, &fse))?;
            shown(&open.run(|workstation, who| workstation.payment_lines(who, None))?, as_json)
        }
        Match::Undo(undo) => {
            let (payment, line) = (undo.payment, undo.line);
            let open = undo.person.open(&[])?;
            open.run(move |workstation, who| workstation.unmatch_line(who, payment, line))?;
            shown(&open.run(|workstation, who| workstation.payment_lines(who, None))?, as_json)
        }
    }
}

fn show_day(day: &Day, as_json: bool) -> Result<(), Failure> {
    let wanted = day.day;
    let report = day.person.open(&[])?.run(move |workstation, who| workstation.day_report(who, wanted))?;
    if as_json {
        return output::line(&json!(report).to_string());
    }
    for total in &report.modes {
        let amount = total.total_cents.to_string();
        output::line(&text::with("receipts.mode", &[("mode", total.mode.label()), ("amount", &amount)]))?;
    }
    let closed = if report.closed { text::t("receipts.closed") } else { text::t("receipts.open") };
    let values = [("day", &*report.day.to_string()), ("amount", &report.total_cents.to_string()), ("closed", closed)];
    output::line(&text::with("receipts.day", &values))
}

fn close(day: &Day, as_json: bool) -> Result<(), Failure> {
    let wanted = day.day;
    let amount: Centimes = day.person.open(&[])?.run(move |workstation, who| workstation.close_day(who, wanted))?;
    output::line(&if as_json {
        json!({ "v": 1, "closed": true, "total_cents": amount }).to_string()
    } else {
        text::with("receipts.day_closed", &[("amount", &amount.to_string())])
    })
}

fn unpaid(person: &OfPerson, as_json: bool) -> Result<(), Failure> {
    let unpaid = person.person.open(&[])?.run(|workstation, who| workstation.unpaid(who, None))?;
    list(
        as_json,
        &unpaid,
        |row| json!(row),
        |row| {
            let values = [
                ("fse", &*row.fse.to_string()),
                ("amount", &row.owed_cents.to_string()),
                ("days", &row.age_days.to_string()),
            ];
            text::with("receipts.unpaid", &values)
        },
    )
}

fn lines(person: &Person, as_json: bool) -> Result<(), Failure> {
    shown(&person.open(&[])?.run(|workstation, who| workstation.payment_lines(who, None))?, as_json)
}

fn shown(rows: &[PaidRow], as_json: bool) -> Result<(), Failure> {
    list(as_json, rows, paid_json, |row| {
        let matched = row.matched.as_ref().map_or_else(|| text::t("receipts.unmatched").to_owned(), FseRef::to_string);
        let values = [
            ("payment", &*row.payment.to_string()),
            ("line", &row.line.to_string()),
            ("reference", &row.reference),
            ("fse", &row.fse.to_string()),
            ("amount", &row.amount.to_string()),
            ("matched", &matched),
        ];
        text::with("receipts.paid", &values)
    })
}

/// A list as one JSON line, or a line a row.
fn list<T>(as_json: bool, rows: &[T], json: impl Fn(&T) -> Value, line: impl Fn(&T) -> String) -> Result<(), Failure> {
    if as_json {
        return output::line(&Value::from(rows.iter().map(json).collect::<Vec<_>>()).to_string());
    }
    rows.iter().try_for_each(|row| output::line(&line(row)))
}

fn cheque_json(cheque: &ChequeRow) -> Value {
    let fses: Vec<String> = cheque.fses.iter().map(FseRef::to_string).collect();
    json!({ "cheque": cheque.id, "number": cheque.number, "bank": cheque.bank, "day": cheque.day,
        "amount_cents": cheque.amount, "fses": fses })
}

fn cheque_line(cheque: &ChequeRow) -> String {
    let values = [
        ("cheque", &*cheque.id.to_string()),
        ("number", cheque.number.as_deref().unwrap_or("–")),
        ("day", &cheque.day.to_string()),
        ("amount", &cheque.amount.to_string()),
    ];
    text::with("receipts.cheque", &values)
}

fn slip_json(slip: &DepositRow) -> Value {
    let cheques: Vec<Value> = slip.cheques.iter().map(cheque_json).collect();
    json!({ "deposit": slip.number, "day": slip.day, "amount_cents": slip.amount, "cheques": cheques })
}

fn slip_line(slip: &DepositRow) -> String {
    let values = [
        ("number", &*slip.number.to_string()),
        ("day", &slip.day.to_string()),
        ("count", &slip.cheques.len().to_string()),
        ("amount", &slip.amount.to_string()),
    ];
    text::with("receipts.slip", &values)
}

fn paid_json(row: &PaidRow) -> Value {
    json!({ "payment": row.payment, "line": row.line, "from": row.from.to_string(), "reference": row.reference,
        "paid_on": row.paid_on, "fse": row.fse, "payer": row.payer, "amount_cents": row.amount,
        "matched": row.matched })
}
