//! The workstation: the store and the ports it works with. Its use cases stand in the modules of their topic.
//! Lives in one lane; nothing else touches the database.

use std::sync::Arc;

use liasse_domain::{Clock, Instant};
use liasse_pricing::Tables;
use liasse_store::Store;

use crate::data_dir::World;
use crate::desk::{SignedIn, system_stamp};
use crate::directory::Directory;
use crate::error::CoreError;
use crate::incidents::Incidents;
use crate::lane::Resident;
use crate::ports::Ids;

/// What one practice works with.
pub struct Workstation {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Box<dyn Ids>,
    pub(crate) directory: Directory,
    pub(crate) tables: Option<Arc<Tables>>,
    pub(crate) incidents: Incidents,
    pub(crate) world: World,
}

impl Resident for Workstation {}

impl Workstation {
    /// Takes an open store over. Sendings that a crash cut are settled first: those whose last dot may have left
    /// become *non confirmée*, the others may leave again.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        ids: Box<dyn Ids>,
        directory: Directory,
        tables: Option<Arc<Tables>>,
        incidents: Incidents,
    ) -> Result<Self, CoreError> {
        let mut workstation = Self { store, clock, ids, directory, tables, incidents, world: World::Demo };
        let stamp = system_stamp(workstation.now());
        workstation.store.recover_attempts(&stamp)?;
        workstation.store.recover_scans(&stamp)?;
        Ok(workstation)
    }

    /// The same in that world: real people's cards are accepted in one, invented people's in the other.
    #[must_use]
    pub fn of_world(mut self, world: World) -> Self {
        self.world = world;
        self
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The store, to look things up.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The pricing tables: those handed in, else the embedded ones.
    pub fn tables(&self) -> &Tables {
        self.tables.as_deref().unwrap_or_else(|| Tables::embedded())
    }

    /// The certificates of the other side.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// A setting's value; secrets are refused.
    pub fn setting(&self, name: &str) -> Result<Option<String>, CoreError> {
        if crate::settings::find(name)?.secret {
            return Err(crate::settings::SettingError::Secret.into());
        }
        Ok(self.store.config_get(name)?)
    }

    /// Sets a setting, secrets included. Addresses and choices need no card.
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), CoreError> {
        self.set_setting_as(name, value, None)
    }

    /// The same, by who is signed in, whom the journal then names.
    pub fn set_setting_as(&mut self, name: &str, value: &str, who: Option<&SignedIn>) -> Result<(), CoreError> {
        self.set_setting_confirmed(name, value, who, false)
    }

    /// The same; `confirmed`: the passphrase of the directory was given for it, which is asked for where a setting is about what every
    /// practitioner here has.
    pub fn set_setting_confirmed(
        &mut self,
        name: &str,
        value: &str,
        who: Option<&SignedIn>,
        confirmed: bool,
    ) -> Result<(), CoreError> {
        crate::settings::find(name)?;
        self.allow_confirmed(crate::settings::deed(name), who, confirmed)?;
        match name {
            "post.smtp" | "post.pop3" => drop(crate::settings::host_port(value)?),
            "post.fetch_every" => drop(crate::schedule::minutes(value)?),
            "desk.post" => {
                let post = crate::settings::post_number(value)?;
                // Numbers only go up: those of a lower post may be given already.
                let before = self.store.config_get("desk.post")?.and_then(|text| text.parse::<u8>().ok());
                if before.is_some_and(|before| post < before) {
                    return Err(crate::settings::SettingError::Value.into());
                }
            }
            crate::exchange::CODE => drop(liasse_formats::parcel::PostCode::parse(value)?),
            "post.send_at" | crate::backup::HOUR => drop(crate::schedule::hour(value)?),
            crate::backup::FOLDER => drop(crate::backup::folder(value)?),
            crate::backup::KEEP => drop(crate::backup::Keep::parse(value)?),
            "post.send_at_closing" | "desk.dark" | "desk.seconds" => drop(crate::schedule::yes(value)?),
            crate::settings::IDLE | crate::settings::CODE_AFTER => drop(crate::settings::still_for(value)?),
            "desk.zoom" => drop(crate::settings::zoom(value)?),
            crate::retention::SETTING => drop(crate::retention::years(value)?),
            _ => crate::envelope::check_setting(name, value)?,
        }
        let stamp = who.map_or_else(|| system_stamp(self.now()), |who| who.stamp(self.now()));
        Ok(self.store.config_set(name, value, &stamp)?)
    }

    /// Sets a setting that is not set yet.
    pub fn set_default(&mut self, name: &str, value: &str) -> Result<(), CoreError> {
        if self.store.config_get(name)?.is_none() { self.set_setting(name, value) } else { Ok(()) }
    }

    pub(crate) fn secret(&self, name: &str) -> Result<Option<String>, CoreError> {
        Ok(self.store.config_get(name)?)
    }
}
