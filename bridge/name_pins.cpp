// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of resolved names.
#include "bridge/name_pins.h"

#include <algorithm>

namespace bridge {

const std::vector<NetAddress>* NamePins::find(const std::string& host, Time now) {
  const auto pin = pins_.find(host);
  if (pin == pins_.end()) return nullptr;
  if (now < pin->second.end) return &pin->second.addresses;
  pins_.erase(pin);
  return nullptr;
}

void NamePins::keep(const std::string& host, const std::vector<NetAddress>& addresses, Time now) {
  if (addresses.empty() || lifetime_.count() == 0) return;
  if (pins_.size() >= most_ && pins_.count(host) == 0) {
    for (auto each = pins_.begin(); each != pins_.end();) each = each->second.end <= now ? pins_.erase(each) : ++each;
    if (pins_.size() >= most_) return;
  }
  pins_[host] = {addresses, now + lifetime_};
}

void NamePins::prefer(const std::string& host, const NetAddress& address) {
  const auto pin = pins_.find(host);
  if (pin == pins_.end()) return;
  auto& addresses = pin->second.addresses;
  const auto found = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const NetAddress& each) { return each.host() == address.host(); });
  if (found != addresses.end()) std::rotate(addresses.begin(), found, found + 1);
}

}  // namespace bridge
