//! Overload resolution: `func_match_argtypes` and `func_select_candidate` of `parse_func.c`.

use crate::expression::Context;
use crate::expression::scope::Scope;
use crate::expression::typing::{base_type, can_coerce, category, is_preferred};
use crate::pg::types::Type;

/// What could be called, with the argument types it takes.
#[derive(Debug, Clone)]
pub(super) struct Candidate<T> {
    pub(super) what: T,
    pub(super) arguments: Vec<Type>,
}

pub(super) enum Choice<T> {
    None,
    One(Candidate<T>),
    Many,
}

/// The best of the candidates that the arguments can be converted to.
pub(super) fn choose<T>(inputs: &[Type], mut candidates: Vec<Candidate<T>>, scope: &dyn Scope) -> Choice<T> {
    candidates.retain(|it| can_coerce(inputs, &it.arguments, Context::Implicit, scope));
    match candidates.len() {
        0 => Choice::None,
        1 => candidates.pop().map_or(Choice::None, Choice::One),
        _ => match select(inputs, candidates, scope) {
            Some(best) => Choice::One(best),
            None => Choice::Many,
        },
    }
}

/// `func_select_candidate`: `None` where no candidate is the best.
fn select<T>(inputs: &[Type], mut candidates: Vec<Candidate<T>>, scope: &dyn Scope) -> Option<Candidate<T>> {
    let known: Vec<Option<Type>> =
        inputs.iter().map(|it| if it.is(Type::UNKNOWN) { None } else { Some(base_type(*it, scope).bare()) }).collect();
    let unknowns = known.iter().filter(|it| it.is_none()).count();

    // The most exact matches on known arguments.
    keep_best(&mut candidates, |it| {
        known.iter().zip(&it.arguments).filter(|(known, to)| known.is_some_and(|known| known.is(**to))).count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    // Then the most exact or preferred types, in the known arguments' categories.
    let categories: Vec<char> = known.iter().map(|it| it.map_or(' ', |it| category(it, scope).0)).collect();
    keep_best(&mut candidates, |it| {
        let arguments = known.iter().zip(&categories).zip(&it.arguments);
        arguments
            .filter(|((known, category), to)| {
                known.is_some_and(|known| known.is(**to) || is_preferred(**category, **to, scope))
            })
            .count()
    });
    if candidates.len() == 1 {
        return candidates.pop();
    }
    if unknowns == 0 {
        return None;
    }
    if let Some(wanted) = unknown_categories(&known, &candidates, scope) {
        let fits = |it: &Candidate<T>| {
            wanted.iter().zip(&it.arguments).all(|(wanted, to)| match wanted {
                None => true,
                Some((wanted, preferred_only)) => {
                    let (category, preferred) = category(*to, scope);
                    category == *wanted && (preferred || !preferred_only)
                }
            })
        };
        if candidates.iter().any(fits) {
            candidates.retain(fits);
        }
        if candidates.len() == 1 {
            return candidates.pop();
        }
    }
    // Last: suppose that the unknown arguments are of the known ones' type.
    let mut types = known.iter().flatten();
    let first = *types.next()?;
    if !types.all(|it| it.is(first)) {
        return None;
    }
    let supposed = vec![first; inputs.len()];
    candidates.retain(|it| can_coerce(&supposed, &it.arguments, Context::Implicit, scope));
    if candidates.len() == 1 { candidates.pop() } else { None }
}

fn keep_best<T>(candidates: &mut Vec<Candidate<T>>, score: impl Fn(&Candidate<T>) -> usize) {
    let best = candidates.iter().map(&score).max().unwrap_or(0);
    candidates.retain(|it| score(it) == best);
}

/// For each unknown argument the category that the candidates agree on (a string wherever one of them
/// takes a string), and whether one of them takes its preferred type. `None`: they do not agree.
fn unknown_categories<T>(
    known: &[Option<Type>],
    candidates: &[Candidate<T>],
    scope: &dyn Scope,
) -> Option<Vec<Option<(char, bool)>>> {
    let mut wanted = vec![];
    for (place, known) in known.iter().enumerate() {
        if known.is_some() {
            wanted.push(None);
            continue;
        }
        let mut slot: Option<(char, bool)> = None;
        let mut conflict = false;
        for candidate in candidates {
            let (category, preferred) = category(candidate.arguments[place], scope);
            match &mut slot {
                None => slot = Some((category, preferred)),
                Some((known, any_preferred)) if *known == category => *any_preferred |= preferred,
                Some(_) if category == 'S' => slot = Some((category, preferred)),
                Some(_) => conflict = true,
            }
        }
        if conflict && slot.is_none_or(|(category, _)| category != 'S') {
            return None;
        }
        wanted.push(slot);
    }
    Some(wanted)
}
