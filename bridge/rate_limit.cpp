// SPDX-License-Identifier: GPL-2.0-or-later
// Buckets as points in time: `full` moves ahead by one token per failure and is never in the past when it counts.
#include "bridge/rate_limit.h"

#include <algorithm>

namespace bridge {

FailureLimit::Key FailureLimit::of(const IpAddress& address, std::string_view name) {
  return {address.subscriber(), std::hash<std::string_view>()(name) | 1};
}

FailureLimit::FailureLimit(unsigned perMinute, std::size_t capacity)
    : perToken_(perMinute == 0 ? ocpp::Duration(0) : ocpp::Duration(std::chrono::minutes(1)) / perMinute),
      whole_(perToken_ * perMinute),
      capacity_(std::max<std::size_t>(capacity, 1)) {}

void FailureLimit::failed(const Key& key, ocpp::Instant now) {
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

int FailureLimit::secondsBlocked(const Key& key, ocpp::Instant now) const {
  const auto known = find_.find(key);
  if (known == find_.end()) return 0;
  const ocpp::Duration away = known->second->full - now;
  const ocpp::Duration missing = away - (whole_ - perToken_);
  // More than a whole bucket away: the clock was set back, and nobody shall wait for that.
  if (missing <= ocpp::Duration(0) || away > whole_) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(missing).count());
}

}  // namespace bridge
