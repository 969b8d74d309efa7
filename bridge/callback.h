// SPDX-License-Identifier: GPL-2.0-or-later
// Which address of a charger we call, from what it announces and where it connects from (WA-5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/address_policy.h"
#include "bridge/options.h"

namespace bridge {

/// What the operator chose for one charger.
struct CallbackRules {
  CallbackPolicy policy = CallbackPolicy::PeerChecked;
  bool nat = false;                   ///< A private host of a charger behind a public address means that address.
  bool tls = false;                   ///< https:// or nothing.
  std::optional<std::uint16_t> port;  ///< Instead of the announced one, and when nothing is announced.
  std::vector<Cidr> allow;            ///< Beside the list of AddressPolicy.
};

/// What came out of looking at an announced address.
struct Callback {
  std::string url;     ///< "" = nothing usable, keep the old one.
  std::string remark;  ///< Why it was repaired or refused; "" when it was taken as it stood.
};

/// `announced` is announcedAddress() of the message, `peer` the TCP peer's numeric address. Never resolves a name.
Callback callbackFrom(const std::string& announced, const std::string& peer, const CallbackRules& rules,
                      const AddressPolicy& addresses);

/// Why an address that was learned under other settings is not called under these; "" = it is.
std::string callbackObjection(const std::string& url, const CallbackRules& rules, const AddressPolicy& addresses);

/// Where the sender says that it listens: wsa:From, or wsa:ReplyTo if that says nothing; "" if neither does. Answers
/// never go there (WA-2), FaultTo is not even read.
std::string announcedAddress(const std::string& from, const std::string& replyTo);

/// True for the address that WS-Addressing uses to say "on this connection".
bool isAnonymous(std::string_view address);

}  // namespace bridge
