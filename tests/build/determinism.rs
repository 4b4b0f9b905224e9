//! Same input, same bytes, wherever and however it is built.

use std::fs;
use std::time::{Duration, SystemTime};

use crate::routes::everything;

#[test]
fn zone_locale_folder_file_times_and_threads_change_no_byte() {
    let place = everything();
    for n in 0..40 {
        place.write(
            &format!("many/p{n}.md"),
            format!(
                "# Policy {n}\n\nSee [next](p{}.md) and [gone](x{n}.md).\n",
                (n + 1) % 40
            ),
        );
    }
    place.commit("2024-12-03T23:59:59-11:00");
    let expected = place
        .build()
        .args(["--base-url", "https://example.com/"])
        .site();
    let clone = place.folder().join("elsewhere/another name");
    place.git(&["clone", "--quiet", ".", clone.to_str().unwrap()]);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for path in crate::support::files(&clone)
        .keys()
        .filter(|path| path.ends_with(".md"))
    {
        fs::File::options()
            .append(true)
            .open(clone.join(path))
            .unwrap()
            .set_modified(old)
            .unwrap();
    }
    let ways = [
        [
            ("TZ", "Pacific/Kiritimati"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("RAYON_NUM_THREADS", "1"),
        ],
        [
            ("TZ", "America/Adak"),
            ("LANG", "C"),
            ("RAYON_NUM_THREADS", "4"),
        ],
        [
            ("TZ", ":nonsense"),
            ("LANG", "de_DE.UTF-8"),
            ("RAYON_NUM_THREADS", "3"),
        ],
    ];
    for (number, variables) in ways.iter().enumerate() {
        let output = place.folder().join(format!("out-{number}"));
        let mut build = place
            .build_of(&clone)
            .args(["--base-url", "https://example.com/"])
            .into(output)
            .at(&clone);
        for (name, value) in variables {
            build = build.env(name, value);
        }
        let site = build.site();
        let (expected_files, found) = (expected.files(), site.files());
        let different: Vec<_> = expected_files
            .keys()
            .chain(found.keys())
            .filter(|path| expected_files.get(*path) != found.get(*path))
            .collect();
        assert!(different.is_empty(), "{variables:?}: {different:?}");
        assert_eq!(site.said, expected.said, "the warnings are the same too");
    }
}

#[test]
fn a_rebuild_over_a_site_is_a_fresh_build() {
    let place = everything();
    let fresh = place.build().site().files();
    place
        .build()
        .on("2026-01-01")
        .args(["--base-url", "https://example.com/"])
        .site();
    let again = place.build().site().files();
    assert!(again == fresh);
}

#[test]
fn the_date_of_the_build_moves_nothing_but_what_depends_on_it() {
    let place = everything();
    let one = place.build().on("2025-01-01").site().files();
    let other = place.build().on("2025-01-02").site().files();
    let different: Vec<_> = one
        .keys()
        .filter(|path| one.get(*path) != other.get(*path))
        .collect();
    // They say for which day they were made.
    assert!(
        different
            .iter()
            .all(|path| ["index.html", "index.json"].contains(&path.as_str())),
        "{different:?}"
    );
}
