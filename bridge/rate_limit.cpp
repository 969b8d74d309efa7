// SPDX-License-Identifier: GPL-2.0-or-later
// Buckets as points in time: `full` moves ahead by one token per failure and is never in the past when it counts.
#include "bridge/rate_limit.h"

#include <algorithm>

namespace bridge {

FailureLimit::Key FailureLimit::of(const IpAddress& address, std::string_view name) {
  return {address.subscriber(), std::hash<std::string_view>()(name) | 1};
}

FailureLimit::FailureLimit(unsigned tokens, ocpp::Duration period, std::size_t capacity)
    : perToken_(tokens == 0 ? ocpp::Duration(0) : period / tokens),
      whole_(perToken_ * tokens),
      capacity_(std::max<std::size_t>(capacity, 1)) {}

void FailureLimit::failed(const Key& key, ocpp::Steady now) {
  if (perToken_ == ocpp::Duration(0)) return;
  auto known = find_.find(key);
  if (known == find_.end()) {
    // Who has all tokens again need not be remembered.
    while (!buckets_.empty() && (buckets_.size() >= capacity_ || buckets_.front().full <= now)) {
      find_.erase(buckets_.front().key);
      buckets_.pop_front();
    }
    known = find_.emplace(key, buckets_.insert(buckets_.end(), {key, now})).first;
  } else {
    buckets_.splice(buckets_.end(), buckets_, known->second);
  }
  Bucket& bucket = *known->second;
  // Whoever fails although he is blocked waits no longer for it.
  bucket.full = std::min(std::max(bucket.full, now) + perToken_, now + whole_);
}

int FailureLimit::secondsBlocked(const Key& key, ocpp::Steady now) const {
  const auto known = find_.find(key);
  if (known == find_.end()) return 0;
  const ocpp::Duration missing = known->second->full - now - (whole_ - perToken_);
  if (missing <= ocpp::Duration(0)) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(missing).count());
}

}  // namespace bridge
