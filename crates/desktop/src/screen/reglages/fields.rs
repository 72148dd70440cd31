//! The settings that are typed: their labels, what each means, and what is in their fields. A secret is typed and never shown.

use liasse_core::backup::{FOLDER, HOUR, KEEP};
use liasse_core::retention::SETTING as YEARS;
use liasse_core::settings::{CODE_AFTER, IDLE, Shown};

use crate::text::t;

/// The settings of the mailbox, in the order in which a practice fills them.
pub const MAILBOX: &[&str] = &[
    "post.smtp",
    "post.pop3",
    "post.user",
    PASSWORD,
    "post.from",
    "post.ca",
    "post.fetch_every",
    "post.send_at",
    "post.send_at_closing",
    "post.envelope",
    "post.oct_address",
    "post.compression",
];
/// The settings of the posts of one practice.
pub const POSTS: &[&str] = &["desk.post", CODE];
/// The settings of the backups that are made by themselves.
pub const BACKUP: &[&str] = &[FOLDER, HOUR, KEEP];
/// For how long things are kept.
pub const KEPT: &[&str] = &[YEARS];
/// The settings of an empty chair.
pub const ABSENCE: &[&str] = &[IDLE, CODE_AFTER];
/// The dark theme.
pub const DARK: &str = "desk.dark";
/// The zoom.
pub const ZOOM: &str = "desk.zoom";
/// The seconds of an FSE.
pub const SECONDS: &str = "desk.seconds";

const PASSWORD: &str = "post.password";
const CODE: &str = "desk.code";

/// Whether a setting is typed as dots and never shown.
pub fn is_secret(setting: &str) -> bool {
    setting == PASSWORD || setting == CODE
}

/// The label of a setting and what it means.
pub fn words(setting: &str) -> (&'static str, &'static str) {
    match setting {
        "post.smtp" => (t("settings.smtp"), t("settings.smtp_help")),
        "post.pop3" => (t("settings.pop3"), t("settings.pop3_help")),
        "post.user" => (t("settings.user"), t("settings.user_help")),
        PASSWORD => (t("settings.password"), t("settings.password_help")),
        "post.from" => (t("settings.from"), t("settings.from_help")),
        "post.ca" => (t("settings.ca"), t("settings.ca_help")),
        "post.fetch_every" => (t("settings.fetch_every"), t("settings.fetch_every_help")),
        "post.send_at" => (t("settings.send_at"), t("settings.send_at_help")),
        "post.send_at_closing" => (t("settings.send_at_closing"), t("settings.send_at_closing_help")),
        "post.envelope" => (t("settings.envelope"), t("settings.envelope_help")),
        "post.oct_address" => (t("settings.oct"), t("settings.oct_help")),
        "post.compression" => (t("settings.compression"), t("settings.compression_help")),
        "desk.post" => (t("settings.post"), t("settings.post_help")),
        FOLDER => (t("safe.folder"), t("safe.folder_help")),
        HOUR => (t("safe.hour"), t("safe.hour_help")),
        KEEP => (t("safe.keep"), t("safe.keep_help")),
        YEARS => (t("kept.years"), t("kept.years_help")),
        IDLE => (t("settings.idle"), t("settings.idle_help")),
        CODE_AFTER => (t("settings.code_after"), t("settings.code_after_help")),
        _ => (t("settings.code"), t("settings.code_help")),
    }
}

/// What stands in the fields.
#[derive(Default)]
pub struct Typed(Vec<Content>);

struct Content {
    setting: &'static str,
    text: String,
    /// Typed and not kept yet.
    changed: bool,
}

impl Typed {
    /// What was read of the store; what is being typed stays.
    pub fn take(&mut self, shown: &[Shown]) {
        for setting in shown {
            let text = setting.value.clone().unwrap_or_default();
            match self.0.iter_mut().find(|content| content.setting == setting.name) {
                Some(content) if content.changed => {}
                Some(content) => content.text = text,
                None => self.0.push(Content { setting: setting.name, text, changed: false }),
            }
        }
    }

    /// A field was typed in.
    pub fn put(&mut self, setting: &'static str, text: &str) {
        self.0.retain(|content| content.setting != setting);
        self.0.push(Content { setting, text: text.to_owned(), changed: true });
    }

    /// A field was kept: what the store says stands in it again; a secret goes.
    pub fn clean(&mut self, setting: &str) {
        if let Some(content) = self.0.iter_mut().find(|content| content.setting == setting) {
            content.changed = false;
            if is_secret(setting) {
                content.text.clear();
            }
        }
    }

    /// What stands in a field.
    pub fn value(&self, setting: &str) -> &str {
        self.0.iter().find(|content| content.setting == setting).map_or("", |content| content.text.as_str())
    }

    /// Whether a field was typed in and is not kept.
    pub fn is_changed(&self, setting: &str) -> bool {
        self.0.iter().any(|content| content.setting == setting && content.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "post.user";

    fn shown(name: &'static str, value: Option<&str>) -> Shown {
        Shown { name, is_set: value.is_some(), value: value.map(str::to_owned) }
    }

    #[test]
    fn what_is_being_typed_is_not_overwritten_by_what_is_read() {
        let mut typed = Typed::default();
        typed.take(&[shown(USER, Some("a")), shown(PASSWORD, None)]);
        assert_eq!((typed.value(USER), typed.value(PASSWORD), typed.is_changed(USER)), ("a", "", false));
        typed.put(USER, "b");
        typed.take(&[shown(USER, Some("a"))]);
        assert_eq!((typed.value(USER), typed.is_changed(USER)), ("b", true));
        typed.clean(USER);
        typed.take(&[shown(USER, Some("b2"))]);
        assert_eq!((typed.value(USER), typed.is_changed(USER)), ("b2", false));
    }

    #[test]
    fn a_secret_that_is_kept_is_gone_from_its_field() {
        let mut typed = Typed::default();
        typed.put(PASSWORD, "test-secret");
        typed.clean(PASSWORD);
        assert_eq!(typed.value(PASSWORD), "");
    }

    #[test]
    fn the_settings_that_are_typed_exist_and_the_secrets_are_those_of_the_store() {
        for setting in MAILBOX.iter().chain(POSTS).chain(ABSENCE).chain(BACKUP).chain(KEPT) {
            let known = liasse_core::settings::find(setting).expect("a setting");
            assert_eq!(known.secret, is_secret(setting), "{setting}");
            let (label, help) = words(setting);
            assert!(label.len() > 3 && help.len() > 10, "{setting}");
        }
        for setting in [DARK, ZOOM, SECONDS] {
            assert!(liasse_core::settings::find(setting).is_ok(), "{setting}");
        }
    }
}
