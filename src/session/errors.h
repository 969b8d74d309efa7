// SPDX-License-Identifier: GPL-2.0-or-later
// What a refusal of one side becomes on the other (sections 7.2 and 7.3).
#pragma once

#include "ocpp/result.h"
#include "session/effect.h"

namespace session {

/// The three columns of section 7.2.
enum class MessageKind { Plain, Start, Transactional };

/// Section 7.2: the fault a charger gets for a CALLERROR of the back-end. For Transactional it is the fault of a
/// session without durable storage; with it the charger is told success (ER-3).
ocpp::Fault faultForCharger(const ocpp::Fault& callError, MessageKind kind);

/// ER-3: CALLERRORs that say that such a message is never taken, not only not now.
bool neverTaken(ocpp::FaultCode code);

/// MV-8: CALLERRORs that say that the payload was not liked.
bool isConstraint(ocpp::FaultCode code);

/// Section 7.3: the CALLERROR a back-end gets when the charger brought no response.
ocpp::Fault faultForCentral(const ChargerReply& reply);

}  // namespace session
