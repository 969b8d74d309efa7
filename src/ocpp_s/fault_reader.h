// SPDX-License-Identifier: GPL-2.0-or-later
// SOAP Faults of any shape to ocpp::Fault (translation 7.3, QUIRKS F1-F3).
#pragma once

#include <pugixml.hpp>

#include "ocpp/result.h"
#include "ocpp_s/quirks.h"

namespace ocpp_s {

/// Reads a Fault element of SOAP 1.1 or 1.2 by local names. The description keeps the reason's text, and the sub-code
/// when it is not one of OCPP. Another shape than SOAP's is noted.
ocpp::Fault readFault(const pugi::xml_node& fault, Notes& notes);

}  // namespace ocpp_s
