// SPDX-License-Identifier: GPL-2.0-or-later
// The quirks of one charger: which are granted to it, by whom, and which it has shown.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/http_message.h"
#include "ocpp_s/envelope.h"
#include "ocpp_s/profiles.h"

namespace bridge {

/// What the operator chose: a profile, or `automatic` recognition; and single switches over it.
struct QuirkChoice {
  const ocpp_s::Profile* profile = nullptr;  ///< Null = automatic.
  ocpp_s::Quirks on, off;
};

/// A profile by its name, or null for `auto`. Throws BadConfiguration.
const ocpp_s::Profile* profileNamed(const std::string& name);

class ChargerQuirks {
 public:
  explicit ChargerQuirks(const QuirkChoice& choice) { choose(choice); }
  /// Another choice than before also ends what drop() has learned.
  void choose(const QuirkChoice& choice);

  ocpp_s::Quirks quirks() const { return quirks_; }
  bool has(ocpp_s::Quirk quirk) const { return quirks_.has(quirk); }
  std::string_view profile() const { return profile_->name; }
  /// Learned from the charger, whatever was chosen (ER-2).
  void drop(ocpp_s::Quirk quirk);

  /// True when signs count: the operator has not decided, and this is the first message or a boot.
  bool wantsClues(bool boot) const { return !choice_.profile && (boot || !looked_); }
  /// True when that changed the profile; a recognised one stays until another is.
  bool recognise(const ocpp_s::Clues& clues);

  /// Counts what was tolerated. The text for the log: everything that lost something; of the rest only what is new, or
  /// has come 10, 100, ... times. "" when there is nothing to say.
  std::string count(const ocpp_s::Notes& notes);
  const std::array<std::uint32_t, ocpp_s::quirkCount>& counts() const { return counts_; }

 private:
  void settle();

  QuirkChoice choice_;
  const ocpp_s::Profile* profile_ = nullptr;
  const ocpp_s::Profile* recognised_ = nullptr;
  ocpp_s::Quirks dropped_, quirks_;
  bool looked_ = false;
  std::array<std::uint32_t, ocpp_s::quirkCount> counts_{};
};

/// Rewrites what the charger's quirks say means something else (QUIRKS P3, X18). `connectors`: if known.
void applyMeaning(ocpp_s::RequestMessage& message, ocpp_s::Quirks quirks, std::optional<int> connectors);

/// Notes a Content-Type that is none of SOAP's (QUIRKS H2).
void noteContentType(const HttpHeaders& headers, ocpp_s::Incoming& incoming);

/// The header of an answer to a request (WA-2).
ocpp_s::Header answerHeader(const ocpp_s::Header& request, ocpp_s::Quirks quirks);

}  // namespace bridge
