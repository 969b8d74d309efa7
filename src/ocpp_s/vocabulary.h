// SPDX-License-Identifier: GPL-2.0-or-later
// The element names of a message in one version, by which misspelt ones are recognised.
#pragma once

#include <cstddef>
#include <string_view>

#include "ocpp/version.h"

namespace ocpp_s {

/// The word that `version` has for an element of the message when `local` is that word in any case, or another
/// version's word for it (QUIRKS X15). "" when the message has no such element.
std::string_view canonicalName(ocpp::Version version, std::size_t action, ocpp::Half half, std::string_view local);

}  // namespace ocpp_s
