//! The dialog for the billing situation of a card that keeps its own in a format that is not public: its holder copies it once.
//! Whether it can be one, and whose it is, is decided in `liasse_core::situation`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, operation, row, text, text_input};
use iced::{Element, Fill, Task, widget};
use liasse_core::cards::CpsView;
use liasse_core::office::Office;
use liasse_core::situation::TypedSituation;
use liasse_domain::{BillingSituation, Report, professional};

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// The fields, two a line.
const FIELDS: [&str; 8] = [
    "situation-facturation",
    "situation-cabinet",
    "situation-mode",
    "situation-remplacant",
    "situation-specialite",
    "situation-convention",
    "situation-zone-tarif",
    "situation-zone-ik",
];

/// The dialog.
pub struct State {
    /// Whose card, by its number.
    serial: String,
    holder: String,
    /// How long the card's own file is, where it has one.
    undecoded: Option<usize>,
    /// Which of the sixteen situations.
    number: u8,
    fields: [String; 8],
    may_sign_fse: bool,
    may_sign_lot: bool,
    error: Option<Report>,
    busy: bool,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// What was typed before was read, or not.
    Known(Box<Result<Option<BillingSituation>, Report>>),
    /// A field changed.
    Typed(usize, String),
    /// Signs FSE, or not.
    Fse,
    /// Signs lots, or not.
    Lots,
    /// Enter: that is the situation.
    Submit,
    /// It is kept, or not.
    Kept(Result<(), Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// It is kept: close, and sign in with it.
    Kept,
}

impl State {
    /// The dialog for a card, and the reading of what its holder typed before.
    pub fn open(office: &Office, cps: &CpsView) -> (Self, Task<Message>) {
        let holder = &cps.identity.holder;
        let state = Self {
            serial: cps.identity.serial.clone(),
            holder: format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal()),
            undecoded: cps.undecoded_bytes,
            number: 1,
            fields: Default::default(),
            may_sign_fse: true,
            may_sign_lot: true,
            error: None,
            busy: false,
        };
        let card = cps.clone();
        let read = ask(&office.workstation(), move |ws| {
            let typed = ws.typed_card(&card)?;
            Ok(typed.and_then(|card| card.situations).and_then(|all| all.into_iter().next()))
        });
        let read = read.map(|answer| Message::Known(Box::new(answer)));
        (state, Task::batch([read, operation::focus(widget::Id::new(FIELDS[0]))]))
    }

    /// Whether it is open for the card of that number.
    pub fn is_for(&self, serial: &str) -> bool {
        self.serial == serial
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::F7) => Some(Message::Fse),
            Key::Named(Named::F8) => Some(Message::Lots),
            _ => None,
        }
    }

    /// See [`Action`]. `cps` is the card that is in.
    pub fn update(&mut self, office: &Office, cps: Option<&CpsView>, message: Message) -> Action {
        match message {
            Message::Known(answer) => match *answer {
                Ok(Some(situation)) => self.show(&situation),
                Ok(None) => {}
                Err(report) => self.error = Some(report),
            },
            Message::Typed(index, text) => {
                self.error = None;
                if let Some(field) = self.fields.get_mut(index) {
                    *field = text;
                }
            }
            Message::Fse => self.may_sign_fse = !self.may_sign_fse,
            Message::Lots => self.may_sign_lot = !self.may_sign_lot,
            Message::Submit => {
                let card = cps.filter(|cps| self.is_for(&cps.identity.serial)).cloned();
                let Some(card) = card.filter(|_| !self.busy) else { return Action::None };
                self.busy = true;
                let typed = self.typed();
                let kept = ask(&office.workstation(), move |ws| ws.keep_situation(&card, &typed).map(drop));
                return Action::Run(kept.map(Message::Kept));
            }
            Message::Kept(Ok(())) => return Action::Kept,
            Message::Kept(Err(report)) => {
                self.busy = false;
                self.error = Some(report);
            }
        }
        Action::None
    }

    /// Shows what was typed before, unless somebody types already.
    fn show(&mut self, situation: &BillingSituation) {
        if !self.fields.iter().all(String::is_empty) {
            return;
        }
        (self.number, self.may_sign_fse, self.may_sign_lot) =
            (situation.number, situation.may_sign_fse, situation.may_sign_lot);
        self.fields = [
            situation.billing_number.to_string(),
            situation.structure_name.clone(),
            situation.practice_mode.to_string(),
            situation.locum_number.as_ref().map_or_else(String::new, ToString::to_string),
            situation.specialty.clone(),
            situation.convention.to_string(),
            situation.tariff_zone.clone(),
            situation.ik_zone.clone(),
        ];
    }

    fn typed(&self) -> TypedSituation {
        let [billing, name, mode, locum, specialty, convention, tariff_zone, ik_zone] = self.fields.clone();
        TypedSituation {
            number: self.number,
            practice_mode: digit(&mode),
            structure_name: name,
            billing_number: billing,
            locum_number: locum,
            convention: digit(&convention),
            specialty,
            tariff_zone,
            ik_zone,
            may_sign_fse: self.may_sign_fse,
            may_sign_lot: self.may_sign_lot,
        }
    }

    /// What the tables say of the code in a field.
    fn words(&self, index: usize) -> Option<&'static str> {
        let code = self.fields.get(index)?.trim();
        match FIELDS.get(index).copied()? {
            "situation-mode" => professional::practice_mode(digit(code)),
            "situation-specialite" => professional::specialty(code),
            "situation-convention" => professional::convention(digit(code)),
            "situation-zone-ik" => professional::ik_zone(code),
            _ => None,
        }
    }

    fn cell(&self, index: usize, label: &'static str) -> Element<'_, Message> {
        let input = field(
            text_input("", &self.fields[index])
                .id(FIELDS[index])
                .on_input(move |text| Message::Typed(index, text))
                .on_submit(Message::Submit),
        );
        let mut cell = column![text(label).size(theme::NOTE), input].spacing(4).width(Fill);
        if let Some(words) = self.words(index) {
            cell = cell.push(parts::faint(words));
        }
        cell.into()
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let labels = [
            t("situation.billing"),
            t("situation.practice"),
            t("situation.mode"),
            t("situation.locum"),
            t("situation.specialty"),
            t("situation.convention"),
            t("situation.tariff_zone"),
            t("situation.ik_zone"),
        ];
        let of = parts::faint(with("situation.of", &[("name", &self.holder)]));
        let mut body =
            column![parts::title(t("situation.title")), of, parts::faint(t("situation.explain"))].spacing(12);
        if let Some(bytes) = self.undecoded {
            body = body.push(parts::faint(with("situation.undecoded", &[("bytes", &bytes.to_string())])));
        }
        let mut cells = labels.into_iter().enumerate();
        while let (Some((left, first)), Some((right, second))) = (cells.next(), cells.next()) {
            body = body.push(row![self.cell(left, first), self.cell(right, second)].spacing(12));
        }
        let says = |may: bool| if may { t("situation.yes") } else { t("situation.no") };
        let (fse, lots) = (says(self.may_sign_fse), says(self.may_sign_lot));
        let signs = row![
            parts::key_action("F7", with("situation.signs_fse", &[("says", fse)])),
            parts::key_action("F8", with("situation.signs_lots", &[("says", lots)])),
        ];
        body = body.push(signs.spacing(24));
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let keep = parts::key_action("Entrée", t("situation.keep"));
        let keys = row![keep, parts::key_action("Échap", t("mutuelle.close"))];
        let dialog = container(body.push(keys.spacing(24))).width(760).padding(24).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}

/// A code of one digit; what is none stands in no table, and is refused by the name of its field.
fn digit(text: &str) -> u8 {
    text.trim().parse().unwrap_or(u8::MAX)
}
