//! What is kept of a patient, shown before anything is done: what would go, what stays and why. F6 hands it over (PDF, HTML and a
//! file for a program), F12 erases what may go; where the clock stands far from the journal the passphrase is given for it. What may be
//! done, and by whom, is decided in `core`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, column, container, row, scrollable, text};
use iced::{Element, Fill, FillPortion, Task};
use liasse_core::access::Deed;
use liasse_core::data_dir::World;
use liasse_core::desk::SignedIn;
use liasse_core::forgetting::{ForgetPlan, Forgotten, Matter, StayingOf};
use liasse_core::office::Office;
use liasse_core::retention::Why;
use liasse_core::{CoreError, Workstation, papers, prints};
use liasse_domain::Report;

use super::{Action, Message, State};
use crate::ask::ask;
use crate::printed;
use crate::screen::given;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// The folder below the data directory where a person's data are written.
const FOLDER: &str = "personnes";

/// What happens with them.
#[derive(Clone, Debug)]
pub enum Gesture {
    /// Shows what would go and what would stay.
    Show,
    /// It was found.
    Planned(Box<Result<ForgetPlan, Report>>),
    /// Writes what is kept.
    HandOver,
    /// It is written, with the sentence that says where, or not.
    HandedOver(Result<String, Report>),
    /// Erases what may go.
    Erase,
    /// That is done, or not.
    Erased(Box<Result<Forgotten, Report>>),
    /// A character of the passphrase came or went.
    Typed,
    /// The passphrase is typed.
    Submit,
    /// It opens the data, or not.
    Known(Result<(), Report>),
    /// Back to the patient.
    Close,
}

/// The gesture of a key while they are shown.
pub(super) fn key(key: &Key) -> Option<Gesture> {
    match key {
        Key::Named(Named::F5) => Some(Gesture::Close),
        Key::Named(Named::F6) => Some(Gesture::HandOver),
        Key::Named(Named::F12) => Some(Gesture::Erase),
        _ => None,
    }
}

/// Whether this person may do it at all.
pub(super) fn may(signed_in: Option<&SignedIn>) -> bool {
    signed_in.is_some_and(|who| who.may(Deed::ErasePatient).is_ok())
}

/// The keys beside them.
pub(super) fn hints() -> Vec<(&'static str, &'static str)> {
    vec![("F6", t("patients.hand_over")), ("F12", t("patients.erase")), ("F5", t("patients.back_to_patient"))]
}

impl State {
    /// See [`Gesture`].
    pub(super) fn with_data(&mut self, office: &Office, signed_in: Option<&SignedIn>, gesture: Gesture) -> Action {
        let patient = self.opened.as_ref().map(|opened| opened.history.person.id);
        match gesture {
            Gesture::Show => {
                let (Some(patient), Some(person)) = (patient, signed_in.cloned()) else { return Action::None };
                self.dismiss();
                let planned = ask(&office.workstation(), move |ws| ws.forget_plan(&person, patient));
                Action::Run(planned.map(|answer| Message::Data(Gesture::Planned(Box::new(answer)))))
            }
            Gesture::Planned(answer) => {
                match *answer {
                    // Another patient is open meanwhile.
                    Ok(plan) if Some(plan.patient) != patient => {}
                    Ok(plan) => self.data = Some(plan),
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Gesture::HandOver => {
                let folder = office.root().join(FOLDER);
                let done = |answer| Message::Data(Gesture::HandedOver(answer));
                self.asked_of_data(office, signed_in, done, move |ws, person, patient| {
                    let file = ws.person_file(person, patient)?;
                    let name = |end: &str| format!("personne-{patient}.{end}");
                    printed::keep(&folder, &name("json"), file.json.as_bytes())?;
                    printed::keep(&folder, &name("html"), prints::html(&file.print).as_bytes())?;
                    let path = printed::keep(&folder, &name("pdf"), &papers::pdf(&file.print)?)?;
                    Ok(with("patients.handed_over", &[("file", &path.display().to_string())]))
                })
            }
            Gesture::HandedOver(answer) => {
                self.busy = false;
                match answer {
                    Ok(said) => self.said = Some(said),
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            // The demonstration has no passphrase that could confirm what its clock says.
            Gesture::Erase => self.erase(office, signed_in, office.world() == World::Demo),
            Gesture::Erased(answer) => self.erased(office, signed_in, *answer),
            Gesture::Typed => {
                self.notice = None;
                Action::None
            }
            Gesture::Submit => {
                let typed = self.confirming.as_ref().filter(|buffer| !self.busy && !buffer.is_empty());
                let Some(passphrase) = typed.map(SecretBuffer::take) else { return Action::None };
                self.busy = true;
                let known = given::opens(office, passphrase);
                Action::Run(known.map(|answer| Message::Data(Gesture::Known(answer))))
            }
            Gesture::Known(answer) => {
                self.busy = false;
                match answer {
                    // Whoever left meanwhile erases nothing.
                    Ok(()) if self.confirming.take().is_some() => self.erase(office, signed_in, true),
                    Ok(()) => Action::None,
                    Err(report) => {
                        self.notice = Some(report);
                        Action::None
                    }
                }
            }
            Gesture::Close => {
                self.data = None;
                Action::None
            }
        }
    }

    /// `confirmed`: the passphrase was given for it.
    fn erase(&mut self, office: &Office, signed_in: Option<&SignedIn>, confirmed: bool) -> Action {
        let root = office.root().to_owned();
        let done = |answer| Message::Data(Gesture::Erased(Box::new(answer)));
        self.asked_of_data(office, signed_in, done, move |ws, person, patient| {
            ws.forget_person(person, patient, confirmed, &root)
        })
    }

    /// Asks for something about the patient whose data are shown, one thing at a time.
    fn asked_of_data<R: Send + 'static>(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        done: impl Fn(Result<R, Report>) -> Message + Send + 'static,
        job: impl FnOnce(&mut Workstation, &SignedIn, i64) -> Result<R, CoreError> + Send + 'static,
    ) -> Action {
        let person = signed_in.cloned().filter(|_| !self.busy);
        let patient = self.data.as_ref().map(|plan| plan.patient);
        let (Some(person), Some(patient)) = (person, patient) else { return Action::None };
        self.dismiss();
        self.busy = true;
        Action::Run(ask(&office.workstation(), move |ws| job(ws, &person, patient)).map(done))
    }

    fn erased(&mut self, office: &Office, signed_in: Option<&SignedIn>, answer: Result<Forgotten, Report>) -> Action {
        self.busy = false;
        let forgotten = match answer {
            Ok(forgotten) => forgotten,
            Err(report) => {
                self.confirming = (report.code == given::AHEAD).then(SecretBuffer::default);
                self.notice = Some(report);
                return Action::None;
            }
        };
        self.data = None;
        self.said = Some(said(&forgotten));
        // A file that left just now may still name them: their own row is gone all the same.
        let gone = !forgotten.plan.stays.iter().any(|stays| stays.what == Matter::Identite);
        let task: Task<Message> = if gone {
            self.opened = None;
            Task::batch([self.search(office, signed_in), self.focus()])
        } else {
            self.reload(office, signed_in)
        };
        Action::Run(task)
    }
}

/// What was done, and what a search of the file finds after it.
fn said(forgotten: &Forgotten) -> String {
    let words = if forgotten.plan.whole { t("patients.erased_whole") } else { t("patients.erased_partly") };
    let found = |count: fn(&liasse_core::forgetting::Trace) -> usize| {
        forgotten.traces.iter().map(count).sum::<usize>().to_string()
    };
    let (before, after) = (found(|trace| trace.before), found(|trace| trace.after));
    let traces = with("patients.erased_traces", &[("before", &before), ("after", &after)]);
    let mut told = format!("{words} {traces} {}", t("patients.erased_backups"));
    if forgotten.pages_left {
        told = format!("{told} {}", t("kept.pages_left"));
    }
    if forgotten.files.is_empty() {
        return told;
    }
    // What others are named in too is theirs to take away.
    format!("{told} {}", with("patients.erased_files", &[("files", &forgotten.files.join(", "))]))
}

/// What would go at the left, what stays at the right, each with its reason.
pub(super) fn view(plan: &ForgetPlan) -> Element<'_, Message> {
    let title = with("patients.data_title", &[("name", plan.name.reveal())]);
    let sides = row![
        container(scrollable(goes(plan))).width(FillPortion(1)).height(Fill),
        container(scrollable(stays(plan))).width(FillPortion(2)).height(Fill),
    ]
    .spacing(24)
    .height(Fill);
    let guard = if plan.whole { t("patients.would_be_whole") } else { t("patients.would_be_partly") };
    column![parts::title(title), sides, text(guard).size(theme::BODY).font(theme::SEMIBOLD)]
        .spacing(12)
        .height(Fill)
        .into()
}

/// The passphrase, alone on the screen: its field takes every key.
pub(super) fn confirming<'a>(buffer: &SecretBuffer, notice: Option<&'a Report>) -> Element<'a, Message> {
    let (typed, submitted) = (Message::Data(Gesture::Typed), Message::Data(Gesture::Submit));
    let keys = row![parts::key_action("Entrée", t("kept.give")), parts::key_action("Échap", t("kept.leave"))];
    let body = column![
        text(t("patients.confirm")).size(theme::BODY).font(theme::SEMIBOLD),
        secret_field(buffer, typed, submitted),
        keys.spacing(16),
    ];
    body.push(notice.map(parts::report)).spacing(12).into()
}

fn heading<'a>(words: &'static str) -> Column<'a, Message> {
    column![text(words).size(theme::BODY).font(theme::SEMIBOLD)].spacing(10)
}

fn goes(plan: &ForgetPlan) -> Element<'_, Message> {
    let mut body = heading(t("patients.goes"));
    if plan.goes.is_empty() {
        body = body.push(parts::faint(t("patients.nothing_goes")));
    }
    for going in &plan.goes {
        body = body.push(text(format!("{} × {}", going.count, going.text)).size(theme::NOTE));
    }
    body.into()
}

fn stays(plan: &ForgetPlan) -> Element<'_, Message> {
    let mut body = heading(t("patients.stays"));
    if plan.stays.is_empty() {
        body = body.push(parts::faint(t("patients.nothing_stays")));
    }
    for Group { first, count, until } in grouped(&plan.stays) {
        let until = until.map_or_else(String::new, |day| {
            with("patients.stays_until", &[("day", &day.format("%d/%m/%Y").to_string())])
        });
        let what = format!("{count} × {}{until}", first.what.text());
        body = body.push(
            column![
                text(what).size(theme::NOTE).font(theme::SEMIBOLD),
                text(&first.text).size(theme::NOTE),
                parts::faint(first.source.as_str()),
            ]
            .spacing(2),
        );
    }
    body.into()
}

/// What stays for one reason.
struct Group<'a> {
    first: &'a StayingOf,
    count: usize,
    /// The last of their days.
    until: Option<chrono::NaiveDate>,
}

fn grouped(stays: &[StayingOf]) -> Vec<Group<'_>> {
    let same = |a: &StayingOf, what: Matter, why: Why| a.what == what && a.why == why;
    let mut groups: Vec<Group<'_>> = Vec::new();
    for one in stays {
        match groups.iter_mut().find(|group| same(group.first, one.what, one.why)) {
            Some(group) => {
                group.count += 1;
                group.until = group.until.max(one.until);
            }
            None => groups.push(Group { first: one, count: 1, until: one.until }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staying(what: Matter, why: Why, until: Option<&str>) -> StayingOf {
        StayingOf {
            what,
            fse: None,
            why,
            text: String::new(),
            source: String::new(),
            until: until.map(|day| day.parse().expect("a day")),
        }
    }

    #[test]
    fn what_stays_for_one_reason_is_one_line_with_its_last_day() {
        let stays = [
            staying(Matter::Documents, Why::Recente, Some("2029-01-20")),
            staying(Matter::Documents, Why::NonReglee, None),
            staying(Matter::Documents, Why::Recente, Some("2029-03-01")),
            staying(Matter::Feuilles, Why::Recente, Some("2028-01-01")),
        ];
        let groups = grouped(&stays);
        let told: Vec<(usize, Option<String>)> =
            groups.iter().map(|group| (group.count, group.until.map(|day| day.to_string()))).collect();
        assert_eq!(
            told,
            [(2, Some("2029-03-01".to_owned())), (1, None), (1, Some("2028-01-01".to_owned()))],
            "in the order in which they are said"
        );
    }

    #[test]
    fn while_they_are_shown_the_keys_are_theirs() {
        assert!(matches!(key(&Key::Named(Named::F5)), Some(Gesture::Close)));
        assert!(matches!(key(&Key::Named(Named::F12)), Some(Gesture::Erase)));
        assert!(key(&Key::Named(Named::Enter)).is_none());
    }
}
