//! `DateOrder`, a part of `DateStyle`.

/// In which order the server takes day, month and year where the text does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    #[default]
    Mdy,
    Dmy,
    Ymd,
}

impl DateOrder {
    pub const ALL: [DateOrder; 3] = [DateOrder::Mdy, DateOrder::Dmy, DateOrder::Ymd];

    /// The order that a value of `DateStyle` names itself: `check_datestyle`.
    pub fn of_style(style: &str) -> Option<DateOrder> {
        let mut words = style.split(',').map(|it| it.trim().to_ascii_lowercase());
        words.find_map(|word| match word.as_str() {
            "mdy" | "us" => Some(DateOrder::Mdy),
            "dmy" => Some(DateOrder::Dmy),
            "ymd" => Some(DateOrder::Ymd),
            it if it.starts_with("euro") => Some(DateOrder::Dmy),
            it if it.starts_with("noneuro") => Some(DateOrder::Mdy),
            _ => None,
        })
    }
}
