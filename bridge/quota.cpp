// SPDX-License-Identifier: GPL-2.0-or-later
// Thresholds of a charger's share of the disk; a bucket counted in seconds.
#include "bridge/quota.h"

#include <algorithm>

namespace bridge {

const char* refusedForSpace(const ocpp::Request& request, const SpaceView& view) {
  const auto over = [&](std::uint64_t part) {
    return view.share != 0 && view.waiting + view.dead >= view.share + view.share * part / 4;
  };
  if (ocpp::is<ocpp::MeterValues>(request)) {
    if (over(0))
      return "the messages of this charge box that wait have used up its share of the disk, please repeat later";
    // With nothing of it waiting they pass through and need no space.
    if (view.spaceLow && view.waiting > 0) return "no space to keep new readings, please repeat later";
  }
  if (ocpp::is<ocpp::StartTransaction>(request)) {
    if (view.spaceLow) return "no space to keep new transactions, please repeat later";
    if (over(1))
      return "the messages of this charge box that wait have used up its share of the disk, please repeat later";
  }
  if (ocpp::is<ocpp::StopTransaction>(request) && view.spaceLow && over(2))
    return "no space is left for this charge box, please repeat later";
  return nullptr;
}

std::uint64_t usualShare(std::int64_t freeBytes) {
  constexpr std::uint64_t least = 16 * 1024 * 1024;
  return std::max(least, static_cast<std::uint64_t>(std::max<std::int64_t>(0, freeBytes)) / 16);
}

bool Rate::take(double amount, ocpp::Steady now) {
  if (perSecond_ <= 0) return true;
  const double passed = std::chrono::duration<double>(now - at_).count();
  const double owed = std::max(0.0, owed_ - std::max(0.0, passed));
  const double price = std::min(amount / perSecond_, burst_);
  if (owed + price > burst_ * (1 + 1e-9)) return false;  // what rounding adds counts for nothing
  owed_ = owed + price;
  at_ = now;
  return true;
}

}  // namespace bridge
