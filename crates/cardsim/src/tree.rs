//! The files of a simulated card: a tree, the current place in it, selection, control parameters and reading.
//! Not access to keys or codes: those are no files. Source: ISO 7816-4, 7.1 (SELECT) and 5.3.3 (FCP).

use liasse_cards::tlv;

/// What reading a file takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Free,
    /// A verified PIN.
    Pin,
    /// Keys nobody here has.
    Never,
}

#[derive(Clone, Debug)]
enum Node {
    Directory { aid: Vec<u8> },
    File { short: Option<u8>, content: Vec<u8>, read: Access, update: u8 },
}

#[derive(Clone, Debug)]
struct Entry {
    identifier: u16,
    parent: usize,
    node: Node,
}

/// A file in the tree.
pub type Id = usize;

/// The master file.
pub const MASTER: Id = 0;

/// The files and the current place.
#[derive(Clone, Debug)]
pub struct Tree {
    entries: Vec<Entry>,
    directory: Id,
    file: Option<Id>,
}

impl Tree {
    /// A master file with that name.
    pub fn new(aid: &[u8]) -> Self {
        let master = Entry { identifier: 0x3F00, parent: MASTER, node: Node::Directory { aid: aid.to_vec() } };
        Self { entries: vec![master], directory: MASTER, file: None }
    }

    /// Adds an application or a directory.
    pub fn add_directory(&mut self, parent: Id, identifier: u16, aid: &[u8]) -> Id {
        self.add(parent, identifier, Node::Directory { aid: aid.to_vec() })
    }

    /// Adds a file.
    pub fn add_file(&mut self, parent: Id, identifier: u16, short: Option<u8>, content: Vec<u8>, read: Access) {
        self.add(parent, identifier, Node::File { short, content, read, update: 0xFF });
    }

    /// Adds a file of the master file that its issuer can update, as EF.ATR and EF.DIR of a CPS say.
    pub fn add_issuer_file(&mut self, identifier: u16, short: u8, content: Vec<u8>) {
        let node = Node::File { short: Some(short), content, read: Access::Free, update: 0x45 };
        self.add(MASTER, identifier, node);
    }

    fn add(&mut self, parent: Id, identifier: u16, node: Node) -> Id {
        self.entries.push(Entry { identifier, parent, node });
        self.entries.len() - 1
    }

    /// Back to the master file, as after power on.
    pub fn reset(&mut self) {
        (self.directory, self.file) = (MASTER, None);
    }

    /// The current directory.
    pub fn directory(&self) -> Id {
        self.directory
    }

    /// SELECT with that P1. The file selected, or the status word.
    pub fn select(&mut self, p1: u8, body: &[u8]) -> Result<Id, u16> {
        let found = match (p1, body) {
            (0x00, []) => Some(MASTER),
            (0x00..=0x02, [high, low]) => self.select_identifier(p1, u16::from_be_bytes([*high, *low])),
            (0x03, []) => Some(self.entries[self.directory].parent),
            (0x04, aid) if !aid.is_empty() => self.find_application(aid),
            (0x08, path) => self.follow(MASTER, path),
            (0x09, [0x3F, 0x00, path @ ..]) => self.follow(MASTER, path),
            (0x09, path) => self.follow(self.directory, path),
            _ => return Err(0x6A86),
        };
        let found = found.ok_or(0x6A82_u16)?;
        match self.entries[found].node {
            Node::Directory { .. } => (self.directory, self.file) = (found, None),
            Node::File { .. } => (self.directory, self.file) = (self.entries[found].parent, Some(found)),
        }
        Ok(found)
    }

    fn select_identifier(&self, p1: u8, identifier: u16) -> Option<Id> {
        if identifier == 0x3F00 && p1 != 0x01 {
            return Some(MASTER);
        }
        let child = self.child(self.directory, identifier)?;
        let is_directory = matches!(self.entries[child].node, Node::Directory { .. });
        (p1 == 0x00 || is_directory == (p1 == 0x01)).then_some(child)
    }

    fn follow(&self, from: Id, path: &[u8]) -> Option<Id> {
        let pairs = path.chunks(2);
        pairs.into_iter().try_fold(from, |place, pair| match pair {
            [high, low] => self.child(place, u16::from_be_bytes([*high, *low])),
            _ => None,
        })
    }

    fn child(&self, parent: Id, identifier: u16) -> Option<Id> {
        let is_child =
            |(id, entry): &(Id, &Entry)| *id != MASTER && entry.parent == parent && entry.identifier == identifier;
        self.entries.iter().enumerate().find(is_child).map(|(id, _)| id)
    }

    fn find_application(&self, name: &[u8]) -> Option<Id> {
        self.entries.iter().position(|entry| matches!(&entry.node, Node::Directory { aid } if aid == name))
    }

    /// File control parameters, template 62, in the order published cards have: `80 82 83 88 A1 8A` for a file,
    /// `82 83 84 A1 8A` for a directory.
    pub fn control(&self, id: Id) -> Vec<u8> {
        let entry = &self.entries[id];
        let identifier = tlv::write(0x83, &entry.identifier.to_be_bytes());
        let parts = match &entry.node {
            Node::Directory { aid } => vec![
                tlv::write(0x82, &[0x38]),
                identifier,
                tlv::write(0x84, aid),
                tlv::write(0xA1, &tlv::write(0x8C, &[0x7A, 0xFF, 0xFF, 0xFF, 0xFF, 0x45])),
            ],
            Node::File { short, content, read, update } => {
                let size = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
                let condition = match read {
                    Access::Free => 0x00,
                    Access::Pin => 0x13,
                    Access::Never => 0xFF,
                };
                let first = *update;
                let contact = tlv::write(0x8C, &[0x7B, first, 0xFF, 0xFF, 0xFF, first, condition]);
                let contactless = tlv::write(0x9C, &[0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, condition]);
                vec![
                    tlv::write(0x80, &size),
                    tlv::write(0x82, &[0x01]),
                    identifier,
                    short.map_or_else(|| vec![0x88, 0x00], |short| tlv::write(0x88, &[short << 3])),
                    tlv::write(0xA1, &[contact, contactless].concat()),
                ]
            }
        };
        tlv::write(0x62, &[parts.concat(), tlv::write(0x8A, &[0x05])].concat())
    }

    /// READ BINARY: everything from the offset on. With a short identifier in P1 that file becomes current.
    pub fn read(&mut self, p1: u8, p2: u8, pin_verified: bool) -> Result<Vec<u8>, u16> {
        let offset = if p1 & 0x80 != 0 {
            self.file = Some(self.find_short(p1 & 0x1F).ok_or(0x6A82_u16)?);
            usize::from(p2)
        } else {
            usize::from(u16::from_be_bytes([p1, p2]))
        };
        let Node::File { content, read, .. } = &self.entries[self.file.ok_or(0x6986_u16)?].node else {
            return Err(0x6986);
        };
        match read {
            Access::Pin if !pin_verified => Err(0x6982),
            Access::Never => Err(0x6982),
            _ if offset >= content.len() => Err(0x6B00),
            _ => Ok(content[offset..].to_vec()),
        }
    }

    fn find_short(&self, identifier: u8) -> Option<Id> {
        self.entries.iter().position(|entry| {
            entry.parent == self.directory
                && matches!(entry.node, Node::File { short: Some(short), .. } if short == identifier)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::new(&[0x80, 0x25, 0, 0, 1, 0xFF, 1, 0]);
        tree.add_issuer_file(0x2F01, 0x1D, vec![7; 0x39]);
        tree.add_file(MASTER, 0xD003, Some(0x1C), vec![1; 12], Access::Free);
        let ias = tree.add_directory(MASTER, 0x0001, &[0xE8, 0x28]);
        tree.add_file(ias, 0x5031, None, vec![2; 300], Access::Pin);
        tree
    }

    #[test]
    fn control_parameters_equal_published_ones() {
        // Real CPS3 (OpenSC issues 2223 and 2275; reference cards, 1.3): EF.ATR, EF.SN, MF.
        let mut tree = tree();
        let hex = |bytes: Vec<u8>| bytes.iter().map(|b| format!("{b:02X}")).collect::<String>();
        let mut control = |path: &[u8]| {
            let id = tree.select(0x09, path).expect("file");
            hex(tree.control(id))
        };
        assert_eq!(
            control(&[0x3F, 0x00, 0x2F, 0x01]),
            "62258002003982010183022F018801E8A1128C077B45FFFFFF45009C077BFFFFFFFFFF008A0105"
        );
        assert_eq!(
            control(&[0x3F, 0x00, 0xD0, 0x03]),
            "62258002000C8201018302D0038801E0A1128C077BFFFFFFFFFF009C077BFFFFFFFFFF008A0105"
        );
        assert_eq!(control(&[0x3F, 0x00]), "621E82013883023F0084088025000001FF0100A1088C067AFFFFFFFF458A0105");
    }

    #[test]
    fn selection_by_every_way() {
        let mut tree = tree();
        assert_eq!(tree.select(0x04, &[0xE8, 0x28]), Ok(3));
        assert_eq!(tree.select(0x02, &[0x50, 0x31]), Ok(4));
        assert_eq!(tree.select(0x03, &[]), Ok(0));
        assert_eq!(tree.select(0x08, &[0x00, 0x01, 0x50, 0x31]), Ok(4));
        assert_eq!(tree.select(0x00, &[0x3F, 0x00]), Ok(0));
        assert_eq!(tree.select(0x01, &[0x2F, 0x01]), Err(0x6A82));
        assert_eq!(tree.select(0x09, &[0x2F, 0x01]), Ok(1));
        assert_eq!(tree.select(0x09, &[0x2F]), Err(0x6A82));
        assert_eq!(tree.select(0x0F, &[0x2F]), Err(0x6A86));
    }

    #[test]
    fn a_protected_file_says_so_and_an_end_is_an_end() {
        let mut tree = tree();
        assert_eq!(tree.read(0, 0, false), Err(0x6986));
        tree.select(0x09, &[0x3F, 0, 0, 1, 0x50, 0x31]).expect("file");
        assert_eq!(tree.read(0, 0, false), Err(0x6982));
        assert_eq!(tree.read(1, 0, true).map(|d| d.len()), Ok(44));
        assert_eq!(tree.read(1, 44, true), Err(0x6B00));
        tree.reset();
        assert_eq!(tree.read(0x80 | 0x1C, 4, false).map(|d| d.len()), Ok(8));
        assert_eq!(tree.read(0x80 | 0x02, 0, false), Err(0x6A82));
    }
}
