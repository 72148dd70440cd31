//! How Réglages looks: the sections at the left, the chosen one at the right.

use iced::widget::{Column, button, column, container, row, scrollable, text, text_input};
use iced::{Element, Fill, widget};
use liasse_core::desk::SignedIn;
use liasse_core::retention::RetentionReport;
use liasse_core::tariffs::Standing;
use liasse_domain::{BillingSituation, CardType, Private, Report};

use super::fields::{is_secret, words};
use super::read::{Stage, is_due};
use super::{Erasing, Facts, LIST, Message, Section, State};
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::secret::secret_field;

/// The width of a label of a fact.
const LABEL: f32 = 260.0;

impl State {
    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&'a SignedIn>) -> Element<'a, Message> {
        let section: Element<'a, Message> = match (&self.facts, self.section) {
            (None, _) => parts::faint(t("settings.reading")),
            (Some(facts), Section::Identite) => identity(facts, signed_in),
            (Some(facts), Section::Boite | Section::Postes) => self.fields(facts),
            (Some(facts), Section::Tarifs) => tables(&facts.tables),
            (Some(facts), Section::Securite) => self.security(facts),
            (Some(facts), Section::Apparence) => self.appearance(facts),
            (Some(facts), Section::Conservation) => self.conservation(facts),
            (Some(facts), Section::Sauvegarde) => self.safe_place(facts),
        };
        let page = column![parts::title(self.section.title()), section].spacing(12);
        let mut screen = column![
            row![
                container(self.sections()).width(230).height(Fill).padding(16).style(theme::panel),
                container(page).width(Fill).height(Fill).padding(16).style(theme::panel),
            ]
            .spacing(8)
            .height(Fill)
        ]
        .spacing(8);
        if let Some(report) = &self.notice {
            screen = screen.push(parts::report(report));
        }
        screen.width(Fill).height(Fill).into()
    }

    fn sections(&self) -> Element<'_, Message> {
        let mut list = column![].spacing(2);
        for section in Section::ALL {
            let line = container(text(section.title()).size(theme::BODY)).padding(8).width(Fill);
            let line = if *section == self.section { line.style(theme::chosen) } else { line };
            list =
                list.push(button(line).padding(0).style(button::text).width(Fill).on_press(Message::Opened(*section)));
        }
        list.push(parts::key_action("← →", t("settings.key_section")))
            .push(parts::key_action("Pg ↑ ↓", t("settings.key_section_field")))
            .into()
    }

    /// The fields of the section, each with what it means and what is wrong with it.
    fn fields<'a>(&'a self, facts: &'a Facts) -> Element<'a, Message> {
        let mut list: Column<'a, Message> = column![].spacing(12).width(Fill);
        for (index, setting) in self.section.fields().iter().copied().enumerate() {
            list = list.push(self.field(facts, setting, index == self.chosen));
        }
        let keys = row![
            parts::key_action("↑ ↓", t("settings.key_field")),
            parts::key_action("Entrée", t("settings.key_keep")),
        ]
        .spacing(16);
        let list = scrollable(list.padding([0, 12])).id(widget::Id::new(LIST)).height(Fill);
        column![parts::faint(t("settings.no_card_needed")), list, keys].spacing(12).into()
    }

    fn field<'a>(&'a self, facts: &'a Facts, setting: &'static str, chosen: bool) -> Element<'a, Message> {
        let (label, help) = words(setting);
        let is_set = facts.settings.iter().any(|shown| shown.name == setting && shown.is_set);
        let placeholder = match (is_secret(setting), is_set) {
            (true, true) => t("settings.secret_set"),
            (_, false) => t("settings.not_set"),
            (false, true) => "",
        };
        let input = field(
            text_input(placeholder, self.typed.value(setting))
                .id(widget::Id::new(setting))
                .secure(is_secret(setting))
                .on_input(move |text| Message::Typed(setting, Private::new(text)))
                .on_submit(Message::Keep(setting)),
        );
        let name = text(label).size(theme::NOTE).font(if chosen { theme::SEMIBOLD } else { theme::REGULAR });
        let mut body: Column<'a, Message> = column![name, input, parts::faint(help)].spacing(4).max_width(720);
        if let Some((_, report)) = self.error.as_ref().filter(|(of, _)| *of == setting) {
            body = body.push(parts::report(report));
        } else if self.kept == Some(setting) {
            body = body.push(parts::coloured(t("settings.kept"), |colours| colours.good));
        } else if self.typed.is_changed(setting) {
            body = body.push(parts::coloured(t("settings.not_kept"), |colours| colours.amber));
        }
        body.into()
    }

    /// The fields of the section one under the other, where something else stands with them.
    fn fields_of<'a>(&'a self, facts: &'a Facts) -> Vec<Element<'a, Message>> {
        let fields = self.section.fields().iter().copied().enumerate();
        fields.map(|(index, setting)| self.field(facts, setting, index == self.chosen)).collect()
    }

    /// Keys and backups, and where the data lies.
    fn safe_place<'a>(&'a self, facts: &'a Facts) -> Element<'a, Message> {
        let path = facts.root.display().to_string();
        let body = self.safe.view(&facts.safe, self.fields_of(facts));
        let body = body
            .push(text(with("settings.where", &[("path", &path)])).size(theme::BODY))
            .push(parts::key_action("Entrée", t("settings.key_keep")));
        scrollable(body.padding([0, 12]).width(Fill)).id(widget::Id::new(LIST)).height(Fill).into()
    }

    /// For how long things are kept; what is due, which is shown before a second key erases it.
    fn conservation<'a>(&'a self, facts: &'a Facts) -> Element<'a, Message> {
        let mut body: Column<'a, Message> = column![said(t("kept.explain"))].spacing(12);
        body = match &self.keeping.stage {
            // The field takes every key: no other stands beside it.
            Stage::Passphrase => {
                let (typed, submitted) = (Message::Erasing(Erasing::Typed), Message::Erasing(Erasing::Submit));
                body.push(text(t("kept.passphrase")).size(theme::BODY).font(theme::SEMIBOLD))
                    .push(secret_field(&self.keeping.buffer, typed, submitted))
                    .push(
                        row![parts::key_action("Entrée", t("kept.give")), parts::key_action("Échap", t("kept.leave"))]
                            .spacing(16),
                    )
            }
            stage => {
                body = self.fields_of(facts).into_iter().fold(body, |body, field| body.push(field));
                body = body.push(parts::key_action("Entrée", t("settings.key_keep")));
                match stage {
                    Stage::Working => body.push(parts::faint(t("kept.working"))),
                    Stage::Shown(report) => body.push(due(report)),
                    Stage::Unasked | Stage::Passphrase => body.push(parts::key_action("F12", t("kept.show"))),
                }
            }
        };
        if let Some(done) = &self.keeping.erased {
            let values = [
                ("documents", &*done.documents.to_string()),
                ("sheets", &done.sheets.to_string()),
                ("patients", &done.patients.to_string()),
                ("transfers", &done.transfers.to_string()),
                ("files", &done.files.to_string()),
            ];
            body = body.push(parts::coloured(format!("✓ {}", with("kept.done", &values)), |colours| colours.good));
            if done.stopped {
                body = body.push(said(t("kept.stopped")));
            }
            if done.pages_left {
                body = body.push(said(t("kept.pages_left")));
            }
        }
        if let Some(report) = &self.keeping.refused {
            body = body.push(parts::report(report));
        }
        scrollable(body.padding([0, 12]).width(Fill)).id(widget::Id::new(LIST)).height(Fill).into()
    }

    fn security<'a>(&'a self, facts: &'a Facts) -> Element<'a, Message> {
        let path = facts.root.display().to_string();
        let key = if facts.safe.ways.is_some() { t("settings.real_key") } else { t("settings.demo_key") };
        let mut body: Column<'a, Message> = column![
            said(t("settings.encrypted")),
            said(key),
            text(with("settings.closed_folder", &[("path", &path)])).size(theme::BODY),
            said(t("settings.code_never_kept")),
            said(t("settings.nothing_in_logs")),
            said(t("settings.chained")),
        ]
        .spacing(12);
        if self.verifying {
            body = body.push(parts::faint(t("settings.verifying")));
        }
        if let Some((entries, faults)) = &self.verified {
            body = body.push(verified(*entries, faults));
        }
        body = body.push(parts::key_action("F7", t("settings.key_verify")));
        body = self.fields_of(facts).into_iter().fold(body, |body, field| body.push(field));
        body = body.push(parts::key_action("Entrée", t("settings.key_keep")));
        scrollable(body.padding([0, 12]).width(Fill)).id(widget::Id::new(LIST)).height(Fill).into()
    }

    fn appearance<'a>(&'a self, facts: &'a Facts) -> Element<'a, Message> {
        let yes = |value: bool| if value { t("settings.yes") } else { t("settings.no") };
        let theme_word = if self.look.0 { t("settings.dark") } else { t("settings.light") };
        let zoom = with("settings.percent", &[("zoom", &self.look.1.to_string())]);
        let choices = [
            (t("settings.theme"), theme_word.to_owned(), t("settings.theme_help")),
            (t("settings.zoom"), zoom, t("settings.zoom_help")),
            (t("settings.seconds"), yes(facts.look.seconds).to_owned(), t("settings.seconds_help")),
        ];
        let mut body: Column<'a, Message> = column![].spacing(8);
        for (index, (label, value, help)) in choices.into_iter().enumerate() {
            let first = row![
                container(text(label).size(theme::BODY)).width(LABEL),
                text(value).size(theme::BODY).font(theme::SEMIBOLD)
            ];
            let line = container(column![first, text(help).size(theme::NOTE)].spacing(4)).padding(8).width(Fill);
            body = body.push(if index == self.chosen { line.style(theme::outlined) } else { line });
        }
        body.push(
            row![
                parts::key_action("↑ ↓", t("settings.key_field")),
                parts::key_action("Entrée", t("settings.key_change")),
                parts::key_action("F11", t("settings.theme")),
            ]
            .spacing(16),
        )
        .into()
    }
}

/// What would be erased, what stays and why.
fn due(report: &RetentionReport) -> Element<'_, Message> {
    let due = &report.due;
    let mut body: Column<'_, Message> = column![].spacing(8);
    body = if is_due(report) {
        let oldest = due.oldest.map_or_else(|| "–".to_owned(), |day| day.format("%d/%m/%Y").to_string());
        let values = [
            ("documents", &*due.documents.to_string()),
            ("oldest", &oldest),
            ("sheets", &due.sheets.to_string()),
            ("patients", &due.patients.to_string()),
            ("transfers", &due.transfers.to_string()),
        ];
        body.push(parts::coloured(format!("? {}", with("kept.due", &values)), |colours| colours.amber))
    } else {
        body.push(said(t("kept.nothing")))
    };
    for stays in &report.stays {
        let count = stays.documents.to_string();
        let values = [("count", &*count), ("text", &stays.text), ("source", &stays.source)];
        body = body.push(text(with("kept.stays", &values)).size(theme::NOTE));
    }
    for kept in &report.kept {
        let count = kept.count.to_string();
        let values = [("count", &*count), ("text", &kept.text), ("source", &kept.source)];
        body = body.push(text(with("kept.always", &values)).size(theme::NOTE));
    }
    body = body.push(parts::faint(with("kept.before", &[("count", &report.erased.to_string())])));
    if !is_due(report) {
        return body.into();
    }
    let keys = row![parts::key_action("F12", t("kept.erase")), parts::key_action("Échap", t("kept.leave"))];
    body.push(said(t("kept.for_ever"))).push(keys.spacing(16)).into()
}

fn said<'a>(words: &'static str) -> Element<'a, Message> {
    text(words).size(theme::BODY).into()
}

pub(super) fn fact<'a, M: 'a>(label: &'static str, value: String) -> Element<'a, M> {
    row![container(parts::faint(label)).width(LABEL), text(value).size(theme::BODY).width(Fill),].spacing(8).into()
}

/// Who is signed in, and every situation of the card: all of it is the card's.
fn identity<'a>(facts: &'a Facts, signed_in: Option<&'a SignedIn>) -> Element<'a, Message> {
    let Some(person) = signed_in else { return said(t("settings.nobody")) };
    let card = match person.holder.card_type {
        CardType::Cps => t("settings.card_cps"),
        CardType::Cpf => t("settings.card_cpf"),
        CardType::Cpe => t("settings.card_cpe"),
        CardType::Cpa => t("settings.card_cpa"),
    };
    let rpps = person.holder.rpps.as_ref().map_or_else(|| t("settings.none").to_owned(), ToString::to_string);
    let mut body: Column<'a, Message> = column![
        parts::faint(t("settings.from_card")),
        fact(t("settings.name"), person.display_name()),
        fact(t("settings.card"), format!("{card} · n° {}", person.serial)),
        fact(t("settings.rpps"), rpps),
        fact(t("settings.bills_as"), situation(&person.situation)),
    ]
    .spacing(8);
    if facts.typed {
        body = body.push(parts::faint(t("settings.typed")));
        body = body.push(parts::key_action("Ctrl Y", t("settings.retype")));
    }
    if let Some((_, session)) = person.locum() {
        let until = session.calendar.until().format("%d/%m/%Y").to_string();
        body = body.push(fact(t("settings.replaces"), with("settings.session", &[("until", &until)])));
    }
    if facts.situations.len() > 1 {
        body = body.push(parts::faint(t("settings.situations")));
        for one in &facts.situations {
            body = body.push(text(situation(one)).size(theme::NOTE));
        }
    }
    body.into()
}

/// One billing situation in one line.
fn situation(one: &BillingSituation) -> String {
    let sector = match one.convention {
        0 => t("settings.sector_none"),
        1 => t("settings.sector_one"),
        2 => t("settings.sector_dp"),
        3 => t("settings.sector_two"),
        _ => t("settings.sector_other"),
    };
    let signs = match (one.may_sign_fse, one.may_sign_lot) {
        (true, true) => t("settings.signs_both"),
        (true, false) => t("settings.signs_fse"),
        (false, true) => t("settings.signs_lots"),
        (false, false) => t("settings.signs_nothing"),
    };
    let billing = one.billing_number.to_string();
    let values = [
        ("number", &*one.number.to_string()),
        ("structure", &*one.structure_name),
        ("billing", &*billing),
        ("specialty", &*one.specialty),
        ("sector", sector),
        ("signs", signs),
    ];
    with("settings.situation", &values)
}

/// The dated tables, and where each comes from.
fn tables(standing: &[Standing]) -> Element<'_, Message> {
    let mut body = column![parts::faint(t("settings.tables_explain"))].spacing(8);
    for table in standing {
        let origin = if table.imported { t("settings.imported") } else { t("settings.of_program") };
        let newest = table.newest.map_or_else(|| "–".to_owned(), |day| day.format("%d/%m/%Y").to_string());
        let holds = if table.covers {
            parts::coloured(t("settings.holds"), |colours| colours.good)
        } else {
            // A cap or a list may end: only tariffs and rates must hold today, and Diagnostic says so.
            parts::faint(t("settings.ended"))
        };
        let line = row![
            container(text(table.table).size(theme::BODY)).width(LABEL),
            container(text(with("settings.since", &[("newest", &newest)])).size(theme::BODY)).width(220),
            container(holds).width(220),
            parts::faint(origin),
        ];
        body = body.push(line.spacing(8));
    }
    body.push(parts::faint(t("settings.tables_import"))).into()
}

fn verified(entries: u64, faults: &[Report]) -> Element<'_, Message> {
    if faults.is_empty() {
        let words = with("settings.intact", &[("entries", &entries.to_string())]);
        return parts::coloured(words, |colours| colours.good);
    }
    let count = faults.len().to_string();
    let mut body = column![parts::coloured(with("settings.faults", &[("count", &count)]), |colours| colours.bad)];
    body = body.spacing(8);
    for report in faults.iter().take(5) {
        body = body.push(parts::report(report));
    }
    body.into()
}
