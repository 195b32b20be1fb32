//! Presets that come with the program. One file in `presets/` and one line here for each.
//! Must not know presets of other places.

/// A shipped preset: name and text.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Name on the command line.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        /// All shipped presets.
        pub const SHIPPED: &[Shipped] = &[$(Shipped { name: $name, text: include_str!(concat!("../../presets/", $name, ".yaml")) }),*];
    };
}

shipped!["trial", "trial-kubernetes", "azuread-loadbalancer", "azuread-ingress", "github", "moodle-gpu", "dask"];

/// A shipped preset by name.
pub fn find(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|preset| preset.name == name)
}
