//! Whatever is pressed, pasted and resized: nothing panics, there and back again is nothing, and what is left is as it was.
use proptest::prelude::*;
use tui_input::InputRequest;

use super::{super::*, Bench};
use crate::front::tui::theme::{Palette, UNICODE};

/// Something that a person does.
#[derive(Debug, Clone)]
enum Doing {
    Act(Action),
    Edit(Edit),
    Draw(u16, u16),
}

fn doing() -> impl Strategy<Value = Doing> {
    let known: Vec<Action> = keys::FORM.iter().chain(keys::PICKER).map(|binding| binding.does).collect();
    prop_oneof![
        6 => prop::sample::select(known).prop_map(Doing::Act),
        2 => "\\PC{0,6}".prop_map(|text| Doing::Edit(Edit::Paste(text))),
        1 => any::<char>().prop_map(|letter| Doing::Edit(Edit::Key(InputRequest::InsertChar(letter)))),
        1 => Just(Doing::Edit(Edit::Key(InputRequest::DeletePrevChar))),
        1 => (0_u16..130, 0_u16..50).prop_map(|(width, height)| Doing::Draw(width, height)),
    ]
}

fn said(bench: &Bench) -> String {
    format!("{:?}", bench.shared.draft.layers().merged())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_pressed_at_any_size(machine in any::<bool>(), doings in prop::collection::vec(doing(), 1..60)) {
        let mut bench = Bench::of("github");
        if machine {
            bench.shared.draft.say("target.kind", "this-machine").unwrap();
        }
        for doing in doings {
            match doing {
                Doing::Act(action) => drop(bench.act(action)),
                Doing::Edit(edit) => bench.screen.edit(&edit, &mut bench.shared),
                Doing::Draw(width, height) => drop(bench.draw(width, height, Theme { palette: Palette::Mono, glyphs: &UNICODE })),
            }
        }
        // Whatever is open is left.
        bench.acts(&[Action::Back, Action::Back]);
        if bench.screen.typing() {
            bench.act(Action::Back);
        }
        bench.screen.mode = Mode::Moving;
        let (before, here) = (said(&bench), bench.here());
        if bench.screen.way.next(&bench.shared.draft).is_some() {
            bench.acts(&[Action::Next, Action::Previous]);
            prop_assert_eq!(bench.here(), here.clone());
        }
        bench.act(Action::Enter);
        if bench.screen.typing() {
            bench.screen.edit(&Edit::Paste("x, y".to_owned()), &mut bench.shared);
            bench.act(Action::Back);
            prop_assert_eq!(bench.here(), here);
            prop_assert_eq!(said(&bench), before);
        }
    }
}
