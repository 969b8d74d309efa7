// SPDX-License-Identifier: GPL-2.0-or-later
// Built-in profiles: which quirks a kind of charger or central system needs, and how one is recognised.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ocpp_s/quirks.h"

namespace ocpp_s {

struct Profile {
  std::string_view name;
  std::string_view alias;  ///< Another name for it, or "".
  std::string_view who;    ///< For people.
  Quirks on, off;          ///< Against the defaults.

  Quirks quirks() const { return (standardQuirks() | on).without(off); }
};

const std::vector<Profile>& allProfiles();
/// Of everybody who has no other: the defaults.
const Profile& standardProfile();
/// Null when there is none of that name.
const Profile* findProfile(std::string_view name);
/// All names, for error messages.
std::string profileNames();

/// By what a charger is recognised.
struct Clues {
  std::string_view vendor, model;  ///< Of its BootNotification, or "".
  std::string_view prefix;         ///< Of its Envelope element.
  Quirks quirks;                   ///< What its message had to be forgiven.
};
/// Null when nothing points to a profile.
const Profile* recognise(const Clues& clues);

/// The prefix of the root element, without colon; "" when it has none.
std::string_view rootPrefix(std::string_view document);

}  // namespace ocpp_s
