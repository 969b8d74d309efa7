// SPDX-License-Identifier: GPL-2.0-or-later
// The table of which address gives way to which.
#include "bridge/callback_book.h"

namespace bridge {

namespace {

using Standing = CallbackBook::Standing;

/// What an announced other address does to the one we have.
enum class Turn { Never, Now, WhenItFails };
struct Row {
  Standing has;
  Turn fresh;   // it answered less than `keep` ago, or was brought back then
  Turn lapsed;  // longer ago, or never
  const char* word;
};
constexpr Row rows[] = {
    // has                answered lately     else            word
    {Standing::None, Turn::Now, Turn::Now, "unknown"},
    {Standing::Fixed, Turn::Never, Turn::Never, "fixed"},
    {Standing::Untried, Turn::WhenItFails, Turn::Now, "untried"},
    {Standing::Working, Turn::WhenItFails, Turn::Now, "working"},
    {Standing::Stale, Turn::Now, Turn::Now, "stale"},
};

}  // namespace

const char* standingWord(Standing standing) { return rows[static_cast<std::size_t>(standing)].word; }

void CallbackBook::take(const std::string& url, ocpp::Now now) {
  url_ = url;
  waiting_.clear();
  standing_ = url.empty() ? Standing::None : Standing::Untried;
  since_ = now.calendar;
  lastWorked_.reset();
  keptUntil_.reset();
}

void CallbackBook::fix(const std::optional<std::string>& url, ocpp::Now now) {
  if (url) {
    if (standing_ == Standing::Fixed && url_ == *url) return;
    take(*url, now);
    standing_ = Standing::Fixed;
  } else if (standing_ == Standing::Fixed) {
    forget();  // nobody says it any more
  }
}

void CallbackBook::forget() {
  url_.clear();
  waiting_.clear();
  lastFailure_.clear();
  standing_ = Standing::None;
  since_.reset();
  lastWorked_.reset();
  keptUntil_.reset();
}

void CallbackBook::replace(const std::string& url, ocpp::Now now) {
  waiting_.clear();
  if (url != url_) take(url, now);
}

void CallbackBook::restore(const std::string& url, ocpp::Now now) {
  if (standing_ != Standing::None || url.empty()) return;
  take(url, now);
  keptUntil_ = now.steady + keep_;
}

void CallbackBook::reconsider(bool drop) {
  waiting_.clear();
  if (drop && standing_ != Standing::Fixed) forget();
}

std::string CallbackBook::announced(const std::string& url, ocpp::Now now) {
  if (url.empty() || standing_ == Standing::Fixed) return "";
  if (url == url_) {
    waiting_.clear();  // it is still there
    return "";
  }
  const Row& row = rows[static_cast<std::size_t>(standing_)];
  const bool fresh = keptUntil_ && now.steady < *keptUntil_;
  const std::string before = url_;
  if ((fresh ? row.fresh : row.lapsed) == Turn::WhenItFails) {
    if (waiting_ == url) return "";
    waiting_ = url;
    return "address " + url + " is announced, but " + before + " works and is kept until it fails";
  }
  take(url, now);
  return before.empty() ? "address is " + url : "address changed from " + before + " to " + url;
}

void CallbackBook::worked(const std::string& url, ocpp::Now now) {
  if (url != url_) return;
  if (standing_ != Standing::Fixed) standing_ = Standing::Working;
  lastWorked_ = now.calendar;
  keptUntil_ = now.steady + keep_;
  lastFailure_.clear();
}

bool CallbackBook::failed(const std::string& url, const std::string& why, ocpp::Now now) {
  if (url != url_) return !url_.empty();
  lastFailure_ = why;
  if (standing_ == Standing::Fixed) return false;
  standing_ = Standing::Stale;
  if (waiting_.empty()) return false;
  const std::string next = waiting_;
  take(next, now);
  return true;
}

}  // namespace bridge
