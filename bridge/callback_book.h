// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a charger's callback address, and the law by which another one takes its place (WA-5, section 7.3).
#pragma once

#include <optional>
#include <string>

#include "ocpp/time.h"

namespace bridge {

/// Knows no socket and no clock. Every address that it is given has been judged by callbackFrom() or an operator.
class CallbackBook {
 public:
  enum class Standing {
    None,     ///< No address yet.
    Fixed,    ///< From the chargers file.
    Untried,  ///< Announced, not called yet, or without a clear result.
    Working,  ///< The charger has answered there.
    Stale     ///< Could not be reached, or somebody else is there.
  };

  /// An address that worked is kept for `keep` after its last answer, whatever is announced, unless it fails.
  explicit CallbackBook(ocpp::Duration keep) : keep_(keep) {}

  const std::string& url() const { return url_; }
  /// Announced while url() was kept; its turn comes when that one fails. "" = none.
  const std::string& waiting() const { return waiting_; }
  Standing standing() const { return standing_; }
  std::optional<ocpp::Instant> since() const { return since_; }
  std::optional<ocpp::Instant> lastWorked() const { return lastWorked_; }
  const std::string& lastFailure() const { return lastFailure_; }

  /// The operator's word; nothing: it is forgotten, and from now on addresses are learned.
  void fix(const std::optional<std::string>& url, ocpp::Now now);
  /// Of an earlier process; kept as if it had worked now.
  void restore(const std::string& url, ocpp::Now now);
  /// The settings have changed: what waited must be announced again, and a learned address is given up if `drop`.
  void reconsider(bool drop);
  /// The same announcement means this one under changed settings; "" = nothing usable.
  void replace(const std::string& url, ocpp::Now now);
  void forget();
  /// The charger announced this one. What the operator should read, or "".
  std::string announced(const std::string& url, ocpp::Now now);
  /// A call to `url` was answered by the charger.
  void worked(const std::string& url, ocpp::Now now);
  /// A call to `url` did not reach the charger. True: another address stands in its place, and may be tried.
  bool failed(const std::string& url, const std::string& why, ocpp::Now now);

 private:
  void take(const std::string& url, ocpp::Now now);

  ocpp::Duration keep_;
  std::string url_, waiting_, lastFailure_;
  Standing standing_ = Standing::None;
  std::optional<ocpp::Instant> since_, lastWorked_;
  std::optional<ocpp::Steady> keptUntil_;
};

/// One word for people.
const char* standingWord(CallbackBook::Standing standing);

}  // namespace bridge
