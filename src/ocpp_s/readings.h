// SPDX-License-Identifier: GPL-2.0-or-later
// A StopTransaction that is too large, without what makes it large.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ocpp_s {

/// The envelope without the transactionData of its stopTransactionRequest. The document may be cut off anywhere behind
/// their beginning: then it is closed behind the last whole element. Nothing if it is no such envelope, or has no
/// transactionData, or a tag of more than `longestTag` bytes beside them. One pass over the bytes, no judgement: the
/// result must pass the guard (guard.h).
std::optional<std::string> withoutReadings(std::string_view document, std::size_t longestTag = std::string_view::npos);

}  // namespace ocpp_s
