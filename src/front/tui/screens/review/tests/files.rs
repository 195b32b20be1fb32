//! Files of the plan, and how they differ from what is deployed.
use super::*;

#[test]
fn nothing_would_change_where_the_same_is_deployed() {
    let mut app = app(trial());
    app.begin(Place::Review);
    let same = preview(&app, |_, text| Some(text.to_owned()));
    app.news(&News::Previewed(Box::new(same)));
    for size in SIZES {
        assert_shows(&app, size, &["nothing would change"]);
    }
    at_files(&mut app);
    let picture = picture(&app, (80, 24));
    assert!(picture.contains("= values/") && !picture.contains("~ ") && !picture.contains("+ values"), "{picture}");
}

#[test]
fn a_changed_line_is_shown_with_its_sign_and_the_lines_around_it() {
    let mut app = app(trial());
    app.begin(Place::Review);
    let hub = |path: &str, text: &str| {
        let was = if path.contains("jupyterhub") { "type: other" } else { "type: sqlite" };
        Some(text.replacen("type: sqlite", was, 1))
    };
    let other = preview(&app, hub);
    let index = other.files.iter().position(|file| file.deployed.as_ref() != Some(&file.text)).unwrap();
    app.news(&News::Previewed(Box::new(other)));
    at_files(&mut app);
    assert_shows(&app, (80, 24), &["1 line changes, in 1 of", "~ values/"]);
    (0..index).for_each(|_| drop(press(&mut app, KeyCode::Down)));
    press(&mut app, KeyCode::Enter);
    for size in SIZES {
        assert_shows(&app, size, &["difference   1 line changes", "lines are the same", "type: other", "type: sqlite"]);
    }
    let terminal = terminal(&app, (80, 24));
    let cells = terminal.backend().buffer();
    let crossed = cells.content.iter().filter(|cell| cell.modifier.contains(Modifier::CROSSED_OUT)).count();
    assert!(crossed > 0, "what goes is told by its style as well");
    press_all(&mut app, "d");
    assert_shows(&app, (80, 24), &["whole file"]);
    press(&mut app, KeyCode::Esc);
    assert_shows(&app, (80, 24), &["[Files "]);
}

#[test]
fn words_are_found_in_a_file() {
    let mut app = checked(trial(), |preview| {
        let text = (0..100).map(|line| format!("line {line}\n")).collect();
        preview.files = vec![FileView { path: "values/a.yaml".to_owned(), text, deployed: None }];
    });
    at_files(&mut app);
    press(&mut app, KeyCode::Enter);
    assert!(!picture(&app, (80, 24)).contains("line 77"));
    press_all(&mut app, "/LINE 77");
    press(&mut app, KeyCode::Enter);
    assert_shows(&app, (80, 24), &["line 77", "`line 77` in 1 line"]);
    press_all(&mut app, "/nowhere");
    press(&mut app, KeyCode::Enter);
    assert_shows(&app, (80, 24), &["`nowhere` is nowhere"]);
    press(&mut app, KeyCode::End);
    assert_shows(&app, (80, 24), &["line 80", "line 99"]);
    press(&mut app, KeyCode::PageDown);
    press(&mut app, KeyCode::Up);
    assert_shows(&app, (80, 24), &["line 79", "line 98"]);
}

#[test]
fn keys_go_from_change_to_change() {
    let mut app = checked(trial(), |preview| {
        let text: String = (0..300).map(|line| format!("line {line}\n")).collect();
        let deployed = text.replace("line 10\n", "ten\n").replace("line 200\n", "").replace("line 280\n", "x\n");
        preview.files = vec![FileView { path: "values/a.yaml".to_owned(), text, deployed: Some(deployed) }];
    });
    at_files(&mut app);
    press(&mut app, KeyCode::Enter);
    let size = (60, 16);
    let first = |app: &App| picture(app, size).lines().nth(3).unwrap().trim().to_owned();
    assert_eq!(first(&app), "7 lines are the same");
    let mut seen = Vec::new();
    for _ in 0..4 {
        press_all(&mut app, "n");
        seen.push(first(&app));
    }
    assert_eq!(seen, ["- ten", "+ line 200", "- x", "- ten"]);
    press_all(&mut app, "N");
    assert_eq!(first(&app), "- x");
    press(&mut app, KeyCode::End);
    assert_shows(&app, size, &["16 lines are the same"]);
    press_all(&mut app, "d");
    assert_shows(&app, size, &["whole file"]);
    assert!(!picture(&app, size).contains("n next"), "the whole has no changes");
}
