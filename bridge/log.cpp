// SPDX-License-Identifier: GPL-2.0-or-later
// Formats log lines.
#include "bridge/log.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ocpp/hidden.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

// Characters of what others say; --trace shows all.
constexpr std::size_t longestText = 2000;
constexpr std::size_t longestIdentity = 255;

constexpr std::string_view levelNames[] = {"debug", "info", "warning", "error"};

std::string_view levelName(Log::Level level) { return levelNames[static_cast<std::size_t>(level)]; }

/// `?token=...` and `&token=...`, also as `&amp;token=...`.
std::string withoutTokens(std::string text) {
  constexpr std::string_view word = "token=";
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || (text[at - 1] != '?' && text[at - 1] != '&' && text[at - 1] != ';')) continue;
    const std::size_t begin = at + word.size();
    const std::size_t end = std::min(text.find_first_of("&<>\"' \t\n", begin), text.size());
    text.replace(begin, end - begin, "***");
  }
  return text;
}

/// The line with its end.
std::string written(LogFormat format, ocpp::Instant at, Log::Level level, std::string_view identity,
                    std::string_view event, std::string_view text, std::initializer_list<Log::Field> fields) {
  const std::string time = ocpp::formatDateTime(at, ocpp::Fraction::Three);
  if (format == LogFormat::Json) {
    nlohmann::ordered_json object;
    object["time"] = time;
    object["level"] = levelName(level);
    object["event"] = event;
    if (!identity.empty()) object["identity"] = identity;
    for (const auto& [name, value] : fields) object[std::string(name)] = value;
    if (!text.empty()) object["text"] = redacted(text);
    return ocpp::shown(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) + "\n";
  }
  std::string out = time + " " + std::string(levelName(level)) + " ";
  if (!identity.empty()) out += ocpp::shown(identity) + ' ';
  out += event;
  for (const auto& [name, value] : fields) ((out += ' ') += name) += '=' + ocpp::shown(value);
  if (!text.empty()) out += ": " + ocpp::shown(redacted(text));
  return out += '\n';
}

}  // namespace

Log::Log(int fd, Choice choice) : choice_(std::move(choice)), limit_(choice_.perMinute) {
  const LogFormat format = choice_.format;
  const auto dropped = [format](std::uint64_t lines) {
    const std::string count = std::to_string(lines);
    return written(format, wallClock(), Level::Warning, "", "log", count + " lines were lost: nobody took them",
                   {{"lost", count}});
  };
  writer_ = std::make_unique<LogWriter>(fd, dropped);
  out_ = [this](std::string&& lines) { writer_->write(std::move(lines)); };
}

Log::Log(std::ostream& out, Choice choice) : choice_(std::move(choice)), limit_(choice_.perMinute) {
  out_ = [this, &out](std::string&& lines) {
    if (!(out << lines << std::flush)) ++lost_;
  };
}

Log::~Log() { tell(limit_.all()); }

void Log::line(Level level, std::string_view identity, std::string_view event, std::string_view text,
               std::initializer_list<Field> fields) {
  say(logEvent(event), level, identity, text, fields);
}

void Log::lineOfStranger(Level level, std::string_view identity, std::string_view event, std::string_view text,
                         std::initializer_list<Field> fields) {
  LogEvent kind = logEvent(event);
  if (kind.cause == Cause::Admitted) kind.cause = Cause::Anyone;
  kind.word = event;
  say(kind, level, identity, text, fields);
}

void Log::say(const LogEvent& kind, Level level, std::string_view identity, std::string_view text,
              std::initializer_list<Field> fields) {
  if (!writes(level)) return;
  tellLeftOut();
  const std::string_view event = kind.word;
  std::string_view apart;
  for (const auto& [name, value] : fields)
    if (name == kind.apart) apart = value;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!limit_.admits(kind, level, identity, apart, clock().steady())) return;
  }
  if (kind.cause == Cause::Operator)
    return out_(written(choice_.format, clock().calendar(), level, identity, event, text, fields));
  const std::string_view some = ocpp::cutTo(text, longestText);
  const std::string whole = some.size() == text.size() ? std::string(text) : std::string(some) + " ...";
  out_(
      written(choice_.format, clock().calendar(), level, ocpp::cutTo(identity, longestIdentity), event, whole, fields));
}

void Log::tellLeftOut() {
  std::vector<LogLimit::LeftOut> over;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    over = limit_.over(clock().steady());
  }
  tell(over);
}

void Log::tell(const std::vector<LogLimit::LeftOut>& all) {
  for (const LogLimit::LeftOut& each : all) {
    const std::string count = std::to_string(each.lines);
    out_(written(choice_.format, clock().calendar(), each.level, ocpp::cutTo(each.identity, longestIdentity),
                 each.event, "and " + count + " more like this", {{"more", count}}));
  }
}

std::string redacted(std::string_view text) {
  if (text.find("AuthorizationKey") != std::string_view::npos && text.find("alue") != std::string_view::npos)
    return "(not shown: it carries an AuthorizationKey)";
  std::string out;
  while (!text.empty()) {
    const std::size_t slashes = text.find("://");
    if (slashes == std::string_view::npos) break;
    const std::size_t end = text.find_first_of("/<>\"' \t\n", slashes + 3);
    const std::string_view authority =
        text.substr(slashes + 3, end == std::string_view::npos ? end : end - slashes - 3);
    const std::size_t at = authority.rfind('@');
    out += text.substr(0, slashes + 3);
    if (at != std::string_view::npos) out += "***";
    out += at == std::string_view::npos ? authority : authority.substr(at);
    text.remove_prefix(slashes + 3 + authority.size());
  }
  return withoutTokens(out += text);
}

}  // namespace bridge
