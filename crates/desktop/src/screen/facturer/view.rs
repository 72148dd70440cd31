//! How Facturer looks: patient at the left, acts and checks in the middle, the invoice at the right.

use iced::widget::{button, column, container, row, space, text, text_input};
use iced::{Element, Fill, FillPortion};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{self, Cover, Draft};
use liasse_domain::patient::RightsSource;
use liasse_domain::{Beneficiary, Centimes, Invoice, Level, Management, SecuringMode};

use super::{Message, REASON, Signed, Stage, State};
use crate::screen::mutuelle;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

impl State {
    /// The screen; where there is a tray of cards, an empty one leads to it.
    pub fn view<'a>(&'a self, signed_in: Option<&'a SignedIn>, has_tray: bool) -> Element<'a, Message> {
        // Nobody signed in: the draft is put aside, not shown.
        let Some(draft) = self.draft.as_ref().filter(|_| signed_in.is_some()) else {
            return self.empty(signed_in, has_tray);
        };
        if let Some(other) = &self.other {
            return other.view(self.notice.as_ref());
        }
        let panels = row![
            container(self.patient(draft)).width(FillPortion(5)).height(Fill).padding(16).style(theme::panel),
            column![
                container(self.acts(draft)).height(Fill).width(Fill).padding(16).style(theme::panel),
                container(self.checks()).width(Fill).padding(16).style(theme::panel),
            ]
            .spacing(8)
            .width(FillPortion(8)),
            container(self.invoice_panel(signed_in)).width(FillPortion(6)).height(Fill).padding(16).style(theme::panel),
        ]
        .spacing(8);
        panels.into()
    }

    fn empty<'a>(&'a self, signed_in: Option<&'a SignedIn>, has_tray: bool) -> Element<'a, Message> {
        let next = if signed_in.is_none() { t("facturer.empty_cps") } else { t("facturer.empty_vitale") };
        let mut body = column![parts::title(t("facturer.empty_title")), text(next).size(theme::BODY)].spacing(12);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if has_tray {
            body = body.push(parts::key_action("F10", t("facturer.open_tray")));
        }
        if signed_in.is_some_and(|person| !person.is_staff()) {
            body = body.push(space::vertical().height(16)).push(self.search.view());
        }
        container(container(body).max_width(640)).center(Fill).style(theme::panel).into()
    }

    fn patient<'a>(&'a self, draft: &'a Draft) -> Element<'a, Message> {
        let person = draft.person();
        let rights = draft.rights();
        let read = liasse_domain::clock::paris(rights.read_at);
        let read_at = read.format("%H h %M").to_string();
        let until = rights.until.map(|day| day.format("%d/%m/%Y").to_string());
        let open = match (rights.open, until) {
            (true, None) => parts::coloured(t("facturer.rights_open"), |c| c.good),
            (true, Some(until)) => parts::coloured(with("facturer.rights_until", &[("until", &until)]), |c| c.good),
            (false, Some(until)) => parts::coloured(with("facturer.rights_ended", &[("until", &until)]), |c| c.bad),
            (false, None) => parts::coloured(t("facturer.rights_none"), |c| c.bad),
        };
        let yes = |value: bool| if value { t("facturer.yes") } else { t("facturer.no") };
        let mut body = column![
            parts::title(format!("{} {}", person.family_name.reveal(), person.given_name.reveal())),
            text(with("facturer.born", &[("day", &person.birth_date.french())]) + &age(person, draft))
                .size(theme::BODY),
            parts::faint(with("facturer.insured", &[("nir", &draft.card().insured.nir.grouped())])),
            open,
            match rights.source {
                RightsSource::Vitale => self.source(&read_at),
                RightsSource::Typed => {
                    let day = read.format("%d/%m/%Y").to_string();
                    parts::faint(with("without.read_on", &[("day", &day)]))
                }
            },
            text(format!("{} {}", t("facturer.ald"), yes(rights.ald))).size(theme::BODY),
            text(format!("{} {}", t("facturer.c2s"), yes(rights.c2s))).size(theme::BODY),
            self.mutuelle(),
            text(format!("{} {}", t("facturer.caisse"), draft.organisme().destination())).size(theme::BODY),
        ]
        .spacing(6);
        if draft.card().beneficiaries.len() > 1 {
            body = body.push(space::vertical().height(8));
            body = body.push(parts::key_action("F7", t("facturer.next_beneficiary")));
            for (index, other) in draft.card().beneficiaries.iter().enumerate() {
                let mark = if index == draft.beneficiary() { "→ " } else { "   " };
                body = body
                    .push(text(format!("{mark}{}{}", other.given_name.reveal(), age(other, draft))).size(theme::BODY));
            }
        }
        if !self.card_is_in {
            body = body.push(parts::key_action("Ctrl W", t("without.close")));
        }
        if let Some(words) = without_card(draft) {
            body = body.push(parts::coloured(words, |c| c.amber));
        } else if !self.card_is_in && self.application().is_none() && !matches!(self.stage, Stage::Signed(_)) {
            body = body.push(parts::coloured(t("facturer.card_out"), |c| c.amber));
        }
        body.into()
    }

    /// The mutuelle, who manages its part, and since when that is known.
    fn mutuelle(&self) -> Element<'_, Message> {
        let mut lines = column![].spacing(2);
        lines = lines.push(match &self.cover {
            None | Some(Cover::C2s) => return column![].into(),
            Some(Cover::Aucune) => text(t("facturer.no_mutuelle")).size(theme::BODY),
            Some(Cover::Inconnue(card)) => {
                text(with("facturer.mutuelle_unknown", &[("number", &card.number)])).size(theme::BODY)
            }
            Some(Cover::Convention(_, convention)) => {
                let name = [("name", convention.name.as_str())];
                text(match convention.management {
                    Management::Unique => with("facturer.mutuelle_unique", &name),
                    Management::Separee => with("facturer.mutuelle_separate", &name),
                })
                .size(theme::BODY)
            }
        });
        let nobodys = self.draft.as_ref().filter(|_| self.cover == Some(Cover::Aucune));
        if let Some(said) = nobodys.and_then(Draft::insurer_on_vitale) {
            lines = lines.push(parts::faint(mutuelle::vitale_says(&said)));
        }
        if let Some(card) = self.cover.as_ref().and_then(Cover::card) {
            let seen = card.seen_on.format("%d/%m/%Y").to_string();
            lines = lines.push(parts::faint(with("facturer.mutuelle_seen", &[("seen", &seen)])));
        }
        lines.push(parts::key_action("Ctrl M", t("facturer.mutuelle_card"))).into()
    }

    fn acts<'a>(&'a self, draft: &'a Draft) -> Element<'a, Message> {
        let cell = |words: String, width: f32| text(words).size(theme::BODY).width(width).align_x(iced::Right);
        let header = row![
            text(t("facturer.act")).size(theme::NOTE).font(theme::SEMIBOLD).width(Fill),
            cell(t("facturer.quantity").to_owned(), 60.0),
            cell(t("facturer.rate").to_owned(), 90.0),
            cell(t("facturer.amount").to_owned(), 120.0),
        ]
        .spacing(8);
        // A column of its own: the field below keeps its place in the tree, and with it its focus.
        let mut lines = column![header].spacing(8);
        if let Some(earlier) = draft.corrects() {
            let number = earlier.number.to_string();
            lines = lines.push(parts::coloured(with("facturer.corrects", &[("fse", &number)]), |c| c.amber));
        }
        if let Some(doctor) = &draft.input.referrer {
            lines = lines.push(parts::faint(with("facturer.referrer", &[("number", &doctor.billing_number)])));
        }
        for (index, act) in draft.input.acts.iter().enumerate() {
            let priced = self.invoice.as_ref().and_then(|invoice| invoice.lines.get(index));
            let typed = invoicing::as_typed(act);
            // Where a key means one line, it is said which.
            let mark = if draft.rights().ald && draft.input.acts.len() > 1 && index == self.line { "→ " } else { "" };
            lines = lines.push(
                row![
                    text(format!("{mark}{typed}")).size(theme::BODY).font(theme::SEMIBOLD),
                    ald_answer(draft, act.ald_related),
                    space::horizontal(),
                    cell(act.quantity.to_string(), 60.0),
                    cell(priced.map_or_else(String::new, |line| line.rate_bp.to_string()), 90.0),
                    cell(priced.map_or_else(String::new, |line| line.fee_cents.to_string()), 120.0),
                ]
                .spacing(8),
            );
            if let Some(line) = priced {
                for step in &line.steps {
                    lines = lines.push(parts::faint(step.says.as_str()));
                }
            }
        }
        let mut body = column![lines].spacing(8);
        if matches!(self.stage, Stage::Editing) {
            body = body.push(self.entry.view());
        }
        // Behind the field, which keeps its place in the tree.
        body = body.push(self.proposal(draft));
        body = body.push(space::vertical());
        if !matches!(self.stage, Stage::Editing) {
            return body.into();
        }
        let path =
            draft.input.care_path.map_or_else(|| t("facturer.no_path").to_owned(), |path| path.letter().to_string());
        let mut keys = row![
            parts::key_action("F4", with("facturer.care_path", &[("path", &path)])),
            parts::key_action("F5", third_party(draft)),
            parts::key_action("F8", t("facturer.remove")),
            parts::key_action("Ctrl T", t("facturer.accident")),
            parts::key_action("Ctrl J", t("facturer.sets")),
        ]
        .spacing(16);
        if draft.rights().ald && !draft.is_accident() {
            keys = keys.push(parts::key_action("F6", t("facturer.ald_related")));
            if draft.input.acts.len() > 1 {
                keys = keys.push(parts::key_action("Page ↓", t("facturer.next_line")));
            }
        }
        if draft.mode.needs_vitale() {
            keys = keys.push(parts::key_action("Ctrl D", t("without.visit")));
        }
        if !self.undone.is_empty() {
            keys = keys.push(parts::key_action("Ctrl Z", t("help.undo")));
        }
        body = body.push(keys.wrap());
        body.into()
    }

    /// What was proposed, from where, and what else this patient has open.
    fn proposal<'a>(&'a self, draft: &'a Draft) -> Element<'a, Message> {
        let mut said = column![].spacing(4);
        if draft.is_accident() {
            let named = accident_words(draft.input.cover.at_number.as_deref(), draft.input.cover.at_date);
            said = said.push(parts::coloured(with("facturer.is_accident", &[("accident", &named)]), |c| c.amber));
        }
        if let Some(day) = draft.input.cover.third_party_accident_date {
            let day = day.format("%d/%m/%Y").to_string();
            said = said.push(parts::coloured(with("facturer.by_third_party", &[("day", &day)]), |c| c.amber));
        }
        if !matches!(self.stage, Stage::Editing) {
            return said.into();
        }
        if let Some(set) = self.proposed.set() {
            said = said.push(parts::faint(with("facturer.proposed", &[("set", set)])));
        }
        if let Some(day) = self.proposed.answered_on() {
            let day = day.format("%d/%m/%Y").to_string();
            said = said.push(parts::faint(with("facturer.answered_as", &[("day", &day)])));
        }
        if let Some(accident) = self.proposed.accidents().first().filter(|_| !draft.is_accident()) {
            let named = accident_words(accident.number.as_deref(), accident.day);
            said = said.push(parts::key_action("Ctrl T", with("facturer.accident_open", &[("accident", &named)])));
        }
        said.into()
    }

    fn checks(&self) -> Element<'_, Message> {
        let mut found = column![parts::title(t("facturer.checks"))].spacing(6);
        if let Some(report) = &self.notice {
            found = found.push(parts::report(report));
        }
        if let (Some(invoice), Stage::Editing | Stage::Prepared(_)) = (&self.invoice, &self.stage) {
            for finding in &invoice.findings {
                found = found.push(
                    row![
                        container(parts::level_word(finding.level)).width(140),
                        column![text(&finding.message).size(theme::NOTE), parts::faint(finding.action.as_str())],
                    ]
                    .spacing(8),
                );
            }
        } else if self.notice.is_none() {
            let done = matches!(self.stage, Stage::Signed(_));
            found = found.push(parts::faint(if done { t("facturer.checks_done") } else { t("facturer.checks_empty") }));
        }
        let mut body = column![found].spacing(6);
        let guarded = self.notice.as_ref().is_some_and(|report| report.code.split('.').next() == Some("guard"));
        if guarded && matches!(self.stage, Stage::Prepared(_)) {
            body = body.push(field(
                text_input(t("facturer.derogation"), &self.derogation)
                    .id(REASON)
                    .on_input(Message::Derogation)
                    .on_submit(Message::Sign),
            ));
        }
        if self.worst() == Level::Error && matches!(self.stage, Stage::Editing) {
            let reason = self.draft.as_ref().and_then(|draft| draft.reason.as_deref()).unwrap_or_default();
            body =
                body.push(field(text_input(t("facturer.reason"), reason).id(REASON).on_input(Message::ReasonChanged)));
        }
        body.into()
    }

    fn invoice_panel<'a>(&'a self, signed_in: Option<&'a SignedIn>) -> Element<'a, Message> {
        let nothing = Centimes::ZERO;
        let of = |pick: fn(&Invoice) -> Centimes| self.invoice.as_ref().map_or(nothing, pick);
        let total = of(|invoice| invoice.total_cents);
        let mut body = column![
            parts::amount_row(t("facturer.total"), total, false),
            parts::amount_row(t("facturer.amo"), of(|invoice| invoice.amo_cents), false),
            parts::amount_row(t("facturer.amc"), of(|invoice| invoice.copay_cents), false),
            parts::amount_row(t("facturer.to_settle"), of(|invoice| invoice.patient_pays_cents), true),
            space::vertical(),
        ]
        .spacing(10);
        body = body.push(match &self.stage {
            Stage::Editing => self.sign_button(signed_in, total),
            Stage::Signing => text(t("facturer.signing")).size(theme::BODY).into(),
            Stage::Prepared(reference) => column![
                text(with("facturer.prepared", &[("fse", &reference.number.to_string())])).size(theme::BODY),
                self.sign_button(signed_in, total),
                parts::key_action("Suppr", t("facturer.withdraw")),
            ]
            .spacing(8)
            .into(),
            Stage::Signed(signed) => self.after_signing(signed),
        });
        body.into()
    }

    fn after_signing<'a>(&'a self, signed: &'a Signed) -> Element<'a, Message> {
        let Signed { reference, hour, due, back, settled, part, same, took, .. } = signed;
        let number = reference.number.to_string();
        let mut done =
            column![parts::coloured(format!("✓ {}", with("facturer.signed", &[("fse", &number)])), |c| c.good)]
                .spacing(8);
        if let Some(took) = took.filter(|_| self.shows_seconds) {
            done = done.push(parts::faint(with("facturer.took", &[("seconds", &took.as_secs().to_string())])));
        }
        if *back > Centimes::ZERO {
            let words = with("facturer.money_back", &[("amount", &back.to_string())]);
            done = done.push(parts::coloured(words, |c| c.amber));
        }
        match settled {
            Some(mode) => {
                done = done.push(text(with("facturer.settled", &[("mode", mode.label())])).size(theme::BODY));
                done = done.push(
                    row![parts::key_action("R", t("help.receipt")), parts::key_action("D", t("help.duplicate"))]
                        .spacing(16),
                );
            }
            None if *due > Centimes::ZERO => {
                done = done.push(text(with("facturer.how_settled", &[("due", &due.to_string())])).size(theme::BODY));
                for (key, words) in [
                    ("C", t("facturer.by_card")),
                    ("H", t("facturer.by_cheque")),
                    ("E", t("facturer.by_cash")),
                    ("V", t("facturer.by_transfer")),
                    ("P", t("facturer.later")),
                    ("G", t("facturer.waived")),
                ] {
                    done = done.push(parts::key_action(key, words));
                }
                if let Some(fse) = same.as_ref().and_then(|cheque| cheque.fses.first()) {
                    let words = with("facturer.same_cheque", &[("fse", &fse.number.to_string())]);
                    done = done.push(parts::key_action("M", words));
                }
                done = done.push(if part.is_empty() {
                    parts::faint(t("facturer.part_how"))
                } else {
                    text(with("facturer.part", &[("amount", part)])).size(theme::BODY).font(theme::SEMIBOLD).into()
                });
            }
            // Nothing to settle, so no receipt; the FSE itself may be wanted.
            None => done = done.push(parts::key_action("D", t("help.duplicate"))),
        }
        if self.next.is_some() {
            done = done.push(parts::coloured(t("facturer.next_waits"), |c| c.amber));
        }
        let more = self.draft.as_ref().is_some_and(|draft| draft.card().beneficiaries.len() > 1);
        if more && self.card_is_in && !signed.is_open() {
            done = done.push(parts::key_action("F7", t("facturer.another_of_card")));
        }
        done = done.push(parts::key_action("Suppr", with("facturer.cancel", &[("hour", hour)])));
        if self.card_is_in && self.next.is_none() {
            let name = self.draft.as_ref().map_or_else(String::new, |draft| {
                draft.card().beneficiaries.first().map_or_else(String::new, |holder| {
                    format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal())
                })
            });
            done = done.push(parts::coloured(self.give_back(&name), |c| c.amber));
        }
        done.into()
    }

    fn sign_button<'a>(&'a self, signed_in: Option<&'a SignedIn>, total: Centimes) -> Element<'a, Message> {
        let who = match signed_in.map(|person| (person, person.paid())) {
            None => t("bandeau.nobody").to_owned(),
            Some((person, paid)) if person.replaces.is_some() => {
                let paid = format!("{} {}", paid.given_name.reveal(), paid.family_name.reveal());
                with("facturer.in_place_of", &[("locum", &person.display_name()), ("replaced", &paid)])
            }
            Some((person, _)) => person.display_name(),
        };
        let guard = with("facturer.guard", &[("total", &total.to_string()), ("who", &who)]);
        let ready = signed_in.is_some() && self.draft.as_ref().is_some_and(|draft| !draft.input.acts.is_empty());
        column![
            text(guard).size(theme::NOTE),
            button(
                row![parts::key("F12"), text(t("facturer.sign")).size(theme::TITLE)].spacing(12).align_y(iced::Center)
            )
            .padding([10, 20])
            .style(theme::action(true))
            .on_press_maybe(ready.then_some(Message::Sign)),
        ]
        .spacing(8)
        .into()
    }
}

/// Whether an act belongs to the ALD, where the question stands.
fn ald_answer(draft: &Draft, related: bool) -> Element<'_, Message> {
    match (draft.rights().ald && !draft.is_accident(), draft.asks_about_ald(), related) {
        (false, ..) => column![].into(),
        (true, true, _) => parts::coloured(t("facturer.ald_unsaid"), |c| c.amber),
        (true, false, true) => text(t("facturer.ald_yes")).size(theme::NOTE).into(),
        (true, false, false) => text(t("facturer.ald_no")).size(theme::NOTE).into(),
    }
}

/// An accident by its number, else by its day.
pub fn accident_words(number: Option<&str>, day: Option<chrono::NaiveDate>) -> String {
    let day = day.map(|day| day.format("%d/%m/%Y").to_string());
    match (number, day) {
        (Some(number), Some(day)) => with("accident.number_and_day", &[("number", number), ("day", &day)]),
        (Some(number), None) => with("accident.by_number", &[("number", number)]),
        (None, day) => with("accident.by_day", &[("day", &day.unwrap_or_default())]),
    }
}

/// How a claim without the Vitale is secured, in words.
fn without_card(draft: &Draft) -> Option<&'static str> {
    match draft.mode {
        SecuringMode::SansVitale => Some(t("without.mode_remote")),
        SecuringMode::Degrade => Some(t("without.mode_degraded")),
        SecuringMode::Visite => Some(t("without.mode_visit")),
        _ => None,
    }
}

/// Who pays, in words.
fn third_party(draft: &Draft) -> &'static str {
    match (draft.input.third_party.amo, draft.input.third_party.amc) {
        (true, true) => t("facturer.third_party_both"),
        (true, false) => t("facturer.third_party_on"),
        (false, _) => t("facturer.third_party_off"),
    }
}

/// The completed years of a beneficiary on the day of the acts, where the date of birth allows to tell.
fn age(person: &Beneficiary, draft: &Draft) -> String {
    let age = person.birth_date.age_on(draft.input.date);
    age.map_or_else(String::new, |age| with("facturer.age", &[("age", &age.to_string())]))
}
