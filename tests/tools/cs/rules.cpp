// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the config file key by key, keeping the path for error messages; picks tags and failures.
#include "tests/tools/cs/rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "bridge/options.h"
#include "bridge/random_id.h"
#include "ocpp/literals.h"
#include "ocpp/messages.h"

namespace cs {

namespace {

using bridge::BadConfiguration;
using nlohmann::json;

/// A value of the file with its path.
class Value {
 public:
  Value(const json& value, std::string path) : value_(value), path_(std::move(path)) {}

  [[noreturn]] void wrong(const std::string& what) const {
    throw BadConfiguration((path_.empty() ? std::string("the whole file") : path_) + ": " + what);
  }
  std::string text() const {
    if (!value_.is_string()) wrong("must be a text in quotes, not " + value_.dump());
    return value_.get<std::string>();
  }
  int whole(int least, int most) const {
    if (!value_.is_number_integer() || value_.get<double>() < least || value_.get<double>() > most)
      wrong(value_.dump() + " is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value_.get<int>();
  }
  double number(double most) const {
    if (!value_.is_number() || value_.get<double>() < 0 || value_.get<double>() > most)
      wrong(value_.dump() + " is not a number from 0 to " + std::to_string(static_cast<int>(most)));
    return value_.get<double>();
  }
  std::chrono::milliseconds seconds() const {
    return std::chrono::milliseconds(static_cast<int>(number(86400) * 1000));
  }
  /// A word of an enumeration of OCPP.
  template <class E>
  E word() const {
    const std::string given = text();
    std::string known;
    for (const auto& row : ocpp::Literals<E>::rows) {
      const std::string_view each = row.columns[ocpp::column(ocpp::Encoding::Json16)].text;
      if (each == given) return row.value;
      known.append(known.empty() ? "" : ", ").append(each);
    }
    wrong("'" + given + "' is none of " + known);
  }
  /// An action of chargers, or a pattern.
  std::string action() const {
    std::string given = text();
    for (std::size_t i = 0; i < ocpp::actionCount; ++i)
      if (ocpp::Actions::senders[i] != ocpp::Role::CentralSystem && fits(given, std::string(ocpp::Actions::names[i])))
        return given;
    wrong("'" + given + "' is no message of a charger");
  }
  void each(const std::function<void(const Value&)>& visit) const {
    if (!value_.is_array()) wrong("must be a list");
    for (std::size_t i = 0; i < value_.size(); ++i) visit(Value(value_[i], path_ + "/" + std::to_string(i)));
  }
  /// Calls `visit(key, value)` for each member.
  void members(const std::function<void(const std::string&, const Value&)>& visit) const {
    if (!value_.is_object()) wrong("must be an object in braces");
    for (const auto& [key, member] : value_.items()) visit(key, Value(member, path_ + "/" + key));
  }
  const std::string& path() const { return path_; }

 private:
  const json& value_;
  std::string path_;
};

template <class T>
struct Key {
  const char* name;
  void (*apply)(T&, const Value&);
};

template <class T, std::size_t N>
void readObject(T& out, const Value& object, const Key<T> (&keys)[N]) {
  object.members([&](const std::string& name, const Value& value) {
    std::string known;
    for (const Key<T>& key : keys) {
      if (name == key.name) return key.apply(out, value);
      known.append(known.empty() ? "" : ", ").append(key.name);
    }
    object.wrong("no key '" + name + "'; known are " + known);
  });
}

struct MischiefRow {
  const char* word;
  Mischief kind;
};
constexpr MischiefRow mischiefs[] = {
    {"delay", Mischief::Delay},
    {"fault", Mischief::Fault},
    {"httpStatus", Mischief::HttpStatus},
    {"garbage", Mischief::Garbage},
    {"wrongRelatesTo", Mischief::WrongRelatesTo},
    {"resetBeforeReading", Mischief::ResetBeforeReading},
    {"reset", Mischief::Reset},
    {"truncated", Mischief::Truncated},
    {"noAnswer", Mischief::NoAnswer},
};

void readKind(Failure& failure, const Value& value) {
  failure.name = value.text();
  std::string known;
  for (const MischiefRow& row : mischiefs) {
    if (failure.name == row.word) {
      failure.kind = row.kind;
      return;
    }
    known.append(known.empty() ? "" : ", ").append(row.word);
  }
  value.wrong("'" + failure.name + "' is none of " + known);
}

constexpr const char* faultCodes[] = {"SecurityError", "IdentityMismatch", "ProtocolError", "InternalError",
                                      "NotSupported"};

void readCode(Failure& failure, const Value& value) {
  const std::string code = value.text();
  std::string known;
  for (const char* each : faultCodes) {
    if (code == each) {
      failure.code = ocpp::faultFromSoap(true, code);
      return;
    }
    known.append(known.empty() ? "" : ", ").append(each);
  }
  value.wrong("'" + code + "' is none of " + known);
}

const Key<Failure> failureKeys[] = {
    {"kind", readKind},
    {"action", [](Failure& f, const Value& v) { f.action = v.action(); }},
    {"charger", [](Failure& f, const Value& v) { f.charger = v.text(); }},
    {"skip", [](Failure& f, const Value& v) { f.skip = v.whole(0, 1000000); }},
    {"times", [](Failure& f, const Value& v) { f.times = v.whole(1, 1000000); }},
    {"probability", [](Failure& f, const Value& v) { f.probability = v.number(1); }},
    {"seconds", [](Failure& f, const Value& v) { f.delay = v.seconds(); }},
    {"code", readCode},
    {"status", [](Failure& f, const Value& v) { f.status = v.whole(200, 599); }},
    {"text", [](Failure& f, const Value& v) { f.text = v.text(); }},
};

void readFailure(Rules& rules, const Value& value) {
  Failure failure;
  readObject(failure, value, failureKeys);
  if (failure.name.empty()) value.wrong("needs a 'kind'");
  if (failure.kind == Mischief::Delay && failure.delay.count() == 0) value.wrong("a delay needs 'seconds'");
  if (failure.kind == Mischief::ResetBeforeReading && (failure.action != "*" || failure.charger != "*"))
    value.wrong("resetBeforeReading knows neither 'action' nor 'charger'");
  if (failure.kind == Mischief::Garbage && failure.text.empty()) failure.text = "<html>\x01 this is no SOAP";
  rules.failures.push_back(std::move(failure));
}

const Key<TagRule> tagKeys[] = {
    {"idTag", [](TagRule& t, const Value& v) { t.pattern = v.text(); }},
    {"status", [](TagRule& t, const Value& v) { t.info.status = v.word<ocpp::AuthorizationStatus>(); }},
    {"expiryDate",
     [](TagRule& t, const Value& v) {
       const auto time = ocpp::parseDateTime(v.text());
       if (!time) v.wrong("'" + v.text() + "' is no date and time such as 2030-12-31T23:59:59Z");
       t.info.expiryDate = *time;
     }},
    {"parentIdTag",
     [](TagRule& t, const Value& v) {
       if (ocpp::codePoints(v.text()) > ocpp::IdToken::limit) v.wrong("is longer than 20 characters");
       t.info.parentIdTag = ocpp::IdToken(v.text());
     }},
};

const Key<Rules> bootKeys[] = {
    {"statuses",
     [](Rules& r, const Value& v) {
       r.boots.clear();
       v.each([&](const Value& each) { r.boots.push_back(each.word<ocpp::RegistrationStatus>()); });
       if (r.boots.empty()) v.wrong("needs at least one status");
     }},
    {"interval", [](Rules& r, const Value& v) { r.interval = v.whole(0, 86400 * 7); }},
    {"retryInterval", [](Rules& r, const Value& v) { r.retryInterval = v.whole(0, 86400); }},
};

const Key<Rules> ruleKeys[] = {
    {"boot", [](Rules& r, const Value& v) { readObject(r, v, bootKeys); }},
    {"tags",
     [](Rules& r, const Value& v) {
       v.each([&](const Value& each) {
         TagRule rule;
         readObject(rule, each, tagKeys);
         if (rule.pattern.empty()) each.wrong("needs an 'idTag'");
         r.tags.push_back(std::move(rule));
       });
     }},
    {"otherTags", [](Rules& r, const Value& v) { r.otherTags = v.word<ocpp::AuthorizationStatus>(); }},
    {"dataTransfer", [](Rules& r, const Value& v) { r.dataTransfer = v.word<ocpp::DataTransferStatus>(); }},
    {"delays",
     [](Rules& r, const Value& v) {
       v.members([&](const std::string& action, const Value& each) {
         Value(json(action), each.path()).action();
         r.delays[action] = each.seconds();
       });
     }},
    {"failures", [](Rules& r, const Value& v) { v.each([&](const Value& each) { readFailure(r, each); }); }},
};

/// `line 3, column 7` of a byte in the text.
std::string lineAndColumn(const std::string& text, std::size_t byte) {
  const std::size_t end = std::min(byte == 0 ? 0 : byte - 1, text.size());
  const std::size_t lineStart = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  return "line " + std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<long>(end), '\n')) +
         ", column " + std::to_string(end - (lineStart == std::string::npos ? 0 : lineStart + 1) + 1);
}

}  // namespace

bool fits(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), FNM_NOESCAPE | FNM_CASEFOLD) == 0;
}

Rules parseRules(const std::string& text, const std::string& file) {
  Rules rules;
  try {
    const json document = json::parse(text);
    readObject(rules, Value(document, ""), ruleKeys);
  } catch (const json::parse_error& error) {
    throw BadConfiguration(file + ": " + lineAndColumn(text, error.byte) + ": not JSON");
  } catch (const BadConfiguration& bad) { throw BadConfiguration(file + ": " + bad.what()); }
  return rules;
}

ocpp::IdTagInfo Rules::tag(const std::string& idTag) const {
  for (const TagRule& rule : tags)
    if (fits(rule.pattern, idTag)) return rule.info;
  ocpp::IdTagInfo info;
  info.status = otherTags;
  return info;
}

std::chrono::milliseconds Rules::delay(const std::string& action) const {
  auto found = delays.find(action);
  if (found == delays.end()) found = delays.find("*");
  return found == delays.end() ? std::chrono::milliseconds(0) : found->second;
}

bool FailurePlan::due(Failure& failure) {
  if (failure.times && *failure.times == 0) return false;
  if (failure.skip > 0) {
    --failure.skip;
    return false;
  }
  if (failure.probability < 1 && bridge::uniform() >= failure.probability) return false;
  if (failure.times) --*failure.times;
  return true;
}

std::optional<Failure> FailurePlan::forRequest(const std::string& action, const std::string& charger) {
  for (Failure& each : failures_) {
    if (each.kind == Mischief::ResetBeforeReading || !fits(each.action, action) || !fits(each.charger, charger))
      continue;
    if (due(each)) return each;
  }
  return std::nullopt;
}

bool FailurePlan::forConnection() {
  return std::any_of(failures_.begin(), failures_.end(),
                     [this](Failure& each) { return each.kind == Mischief::ResetBeforeReading && due(each); });
}

}  // namespace cs
