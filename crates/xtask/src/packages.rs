//! The system packages that Liasse needs, by Debian's names (Debian 12 and Ubuntu have the same ones).
//! Not how they are installed (module `install`). No X11 or Wayland headers: iced loads those libraries when it starts.

/// What the machine is made ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Build the programs and open the window.
    Run,
    /// That, and all the foreign programs that judge Liasse.
    Test,
}

/// To build: a C toolchain and perl for SQLCipher and its OpenSSL, the PC/SC library for the readers.
const BUILD: &[&str] = &["gcc", "libc6-dev", "make", "perl", "pkg-config", "libpcsclite-dev"];

/// To open a window under X11 or Wayland.
const WINDOW: &[&str] = &[
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "libxcursor1",
    "libxi6",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libwayland-client0",
];

/// To judge: a real pcscd with virtual readers, OpenSC, OpenSSL, Postfix and Dovecot with foreign clients, an X server,
/// Poppler, which reads our PDF; a keyring of a desktop with its foreign client.
const JUDGES: &[&str] = &[
    "pcscd",
    "vsmartcard-vpcd",
    "opensc",
    "openssl",
    "postfix",
    "dovecot-core",
    "dovecot-pop3d",
    "swaks",
    "libnet-ssleay-perl",
    "curl",
    "msmtp",
    "mpop",
    "python3",
    "iproute2",
    "util-linux",
    "procps",
    "strace",
    "xvfb",
    "xdotool",
    "x11-utils",
    "x11-xkb-utils",
    "imagemagick",
    "poppler-utils",
    "gnome-keyring",
    "libsecret-tools",
    // The session bus of a desktop without systemd: dbus-user-session would bring a system of services.
    "dbus-x11",
    "dbus-daemon",
];

/// Packages that bring a service: the systemd units and the init scripts that must not stay enabled.
const SERVICES: &[(&str, &[&str])] = &[
    ("pcscd", &["pcscd.socket", "pcscd.service"]),
    ("postfix", &["postfix.service", "postfix-resolvconf.path"]),
    ("dovecot-core", &["dovecot.socket", "dovecot.service"]),
    ("gnome-keyring", &["gnome-keyring-daemon.socket", "gnome-keyring-daemon.service"]),
];

/// All packages for `purpose`.
pub fn wanted(purpose: Purpose) -> Vec<&'static str> {
    let groups: &[&[&str]] = match purpose {
        Purpose::Run => &[BUILD, WINDOW],
        Purpose::Test => &[BUILD, WINDOW, JUDGES],
    };
    groups.concat()
}

/// The units that come with `packages`.
pub fn units(packages: &[&str]) -> Vec<&'static str> {
    SERVICES.iter().filter(|(package, _)| packages.contains(package)).flat_map(|(_, units)| *units).copied().collect()
}

/// Of `wanted`, what the answer of `dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n'` does not show as installed.
pub fn missing<'a>(wanted: &[&'a str], dpkg_answer: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = dpkg_answer
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(status, _)| status.ends_with('i'))
        .map(|(_, package)| package.trim())
        .collect();
    wanted.iter().copied().filter(|package| !installed.contains(package)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_installed_packages_count() {
        let answer = "ii  gcc\nrc  pcscd\nun  postfix\nhi  make\niU  perl\n";
        assert_eq!(
            missing(&["gcc", "make", "pcscd", "postfix", "perl", "curl"], answer),
            ["pcscd", "postfix", "perl", "curl"]
        );
    }

    #[test]
    fn a_test_machine_can_also_run() {
        let test = wanted(Purpose::Test);
        assert!(wanted(Purpose::Run).iter().all(|package| test.contains(package)));
        assert!(!wanted(Purpose::Run).contains(&"postfix"), "nobody needs a mail server to use Liasse");
    }

    #[test]
    fn services_are_named_only_for_what_is_installed() {
        assert_eq!(units(&["gcc", "pcscd"]), ["pcscd.socket", "pcscd.service"]);
        assert!(units(&["gcc"]).is_empty());
    }
}
