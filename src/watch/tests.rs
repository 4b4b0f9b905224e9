use super::*;

const SOON: Duration = Duration::from_secs(5);

struct Site {
    folder: tempfile::TempDir,
    watch: Watch,
}

fn site(poll: bool) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::create_dir_all(root.join("content/legal")).unwrap();
    std::fs::write(root.join("content/a.md"), "a").unwrap();
    let places = Places::new(
        root.clone(),
        root.join("content"),
        root.join("public"),
        None,
    );
    let watch = Watch::new(places, poll).unwrap();
    Site { folder, watch }
}

impl Site {
    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        std::fs::write(self.path(path), text).unwrap();
    }

    fn next(&mut self) -> Changed {
        self.watch.next(SOON).unwrap()
    }

    fn is_quiet(&mut self) -> bool {
        self.watch
            .next(Duration::from_millis(100))
            .unwrap()
            .is_empty()
    }
}

#[test]
fn what_changed_is_told_by_where_it_is() {
    let mut site = site(false);
    site.write("content/legal/b.md", "b");
    let changed = site.next();
    assert!(changed.content && !changed.theme && !changed.configuration);
    assert!(changed.paths.contains(&site.path("content/legal/b.md")));
    site.write("policygen.toml", "");
    assert!(site.next().configuration);
    site.write("versions.toml", "");
    assert!(site.next().annotations);
    site.write("templates/base.html", "");
    assert!(site.next().theme);
    site.write("themes/default/style.css", "");
    assert!(site.next().theme);
}

#[test]
fn neither_reading_nor_publishing_is_a_change() {
    let mut site = site(false);
    std::fs::read(site.path("content/a.md")).unwrap();
    std::fs::read_dir(site.path("content")).unwrap().count();
    site.write("public/index.html", "");
    site.write(".public.policygen-new/index.html", "");
    assert!(site.is_quiet());
}

#[test]
fn the_content_folder_may_go_and_come_back() {
    let mut site = site(false);
    std::fs::remove_dir_all(site.path("content")).unwrap();
    assert!(site.next().content);
    site.is_quiet();
    site.write("content/legal/c.md", "c");
    assert!(site.next().content);
    site.is_quiet();
    site.write("content/legal/c.md", "d");
    assert!(site.next().content);
}

#[test]
fn a_file_that_is_replaced_and_removed_at_once_is_told() {
    let mut site = site(false);
    site.write("content/a.tmp", "b");
    std::fs::rename(site.path("content/a.tmp"), site.path("content/a.md")).unwrap();
    std::fs::remove_file(site.path("content/a.md")).unwrap();
    assert!(site.next().paths.contains(&site.path("content/a.md")));
}

#[test]
fn a_new_folder_is_watched_with_those_below_it() {
    let mut site = site(false);
    std::fs::create_dir_all(site.path("content/x/y/z")).unwrap();
    assert!(site.next().content);
    site.is_quiet();
    site.write("content/x/y/z/c.md", "c");
    assert!(site.next().content);
}

#[test]
fn folders_that_cannot_be_watched_are_looked_at() {
    let mut site = site(true);
    assert!(site.watch.polls());
    site.write("content/a.md", "b");
    assert!(site.next().content);
    site.write("content/a.md", "c");
    assert!(site.next().content);
    std::fs::remove_dir_all(site.path("content")).unwrap();
    assert!(site.next().content);
    site.is_quiet();
    site.write("content/b.md", "c");
    assert!(site.next().content);
}
