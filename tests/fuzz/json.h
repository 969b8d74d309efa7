// SPDX-License-Identifier: GPL-2.0-or-later
// The judge of what we write to the back-end: our own reader in strict mode, which takes what the schemas take.
#pragma once

#include <string>

#include "ocpp/messages.h"

namespace fuzz {

/// Fails unless the text is a CALL (CALLRESULT) that a strict reader takes without a note; gives back what it read.
ocpp::Request readOwnCall(const std::string& frame);
ocpp::Response readOwnResult(const std::string& frame, std::size_t action);

}  // namespace fuzz
