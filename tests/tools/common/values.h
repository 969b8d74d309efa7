// SPDX-License-Identifier: GPL-2.0-or-later
// Values that options of several tools have. All throw bridge::BadConfiguration that says what is wrong.
#pragma once

#include <string>
#include <vector>

#include "ocpp/version.h"
#include "ocpp_s/quirks.h"

namespace tool {

/// The words between commas; at least one.
std::vector<std::string> words(const std::string& list);

/// 1.2, 1.5 or 1.6.
ocpp::Version versionOf(const std::string& text);

/// Sets habits of writing, named with commas between them, on or off.
void setHabits(ocpp_s::Quirks& quirks, const std::string& list, bool on);

}  // namespace tool
