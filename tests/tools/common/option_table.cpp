// SPDX-License-Identifier: GPL-2.0-or-later
// Reads and shows tables of options.
#include "tests/tools/common/option_table.h"

#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "bridge/options.h"

namespace tool {

namespace {

namespace po = boost::program_options;
using bridge::BadConfiguration;

/// The options that every tool has.
struct Standing {
  const char* name;
  const char* help;
};
constexpr Standing standing[] = {
    {"help", "print this"},
    {"help-table", "print the options as a table in Markdown"},
    {"help-man", "print the manual page, in troff"},
    {"program-version", "print the version of the program"},
};

bool isSwitch(const Option& option) { return option.argument[0] == '\0'; }

/// Text as troff shows it: `\` and `-` escaped, no line taken for a request.
std::string troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
      out.append("\\&").push_back(c);
    else
      out += c;
  }
  return out;
}

}  // namespace

int wholeNumber(const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    throw BadConfiguration("'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
  return value;
}

std::optional<std::vector<std::string>> OptionTable::read(int argc, const char* const* argv, std::ostream& out) const {
  po::options_description all;
  for (const Option& option : options_) {
    if (isSwitch(option))
      all.add_options()(option.name, po::value<bool>()->implicit_value(true)->zero_tokens(), "");
    else
      all.add_options()(option.name, po::value<std::vector<std::string>>()->composing(), "");
  }
  for (const Standing& each : standing) all.add_options()(each.name, "");
  all.add_options()("words", po::value<std::vector<std::string>>(), "");
  po::positional_options_description positions;
  positions.add("words", -1);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(argc, argv).options(all).positional(positions).run(), values);
  } catch (const po::error& error) { throw BadConfiguration(error.what()); }
  if (values.count("help")) return out << help(), std::nullopt;
  if (values.count("help-table")) return out << markdown(), std::nullopt;
  if (values.count("help-man")) return out << man(), std::nullopt;
  if (values.count("program-version"))
    return out << program_.name << " " << OCPP_SOAP_GATEWAY_VERSION << "\n", std::nullopt;
  for (const Option& option : options_) {
    if (!values.count(option.name)) continue;
    try {
      if (isSwitch(option)) {
        option.apply("");
        continue;
      }
      for (const std::string& value : values[option.name].as<std::vector<std::string>>()) option.apply(value);
    } catch (const BadConfiguration& bad) {
      throw BadConfiguration(std::string("option ") + option.name + ": " + bad.what());
    }
  }
  return values.count("words") ? values["words"].as<std::vector<std::string>>() : std::vector<std::string>();
}

std::string OptionTable::help() const {
  std::ostringstream out;
  out << program_.name << ": " << program_.purpose << ".\n\n";
  for (const char* usage : program_.usages) out << "usage: " << program_.name << " " << usage << "\n";
  out << "\n";
  for (const char* paragraph : program_.paragraphs) out << paragraph << "\n\n";
  const auto line = [&](const std::string& name, const std::string& argument, const std::string& help,
                        const std::string& standard) {
    std::string left = "  --" + name + (argument.empty() ? "" : " " + argument);
    if (left.size() < 28) left.resize(28, ' ');
    out << left << "  " << help << (standard.empty() ? "" : " [" + standard + "]") << "\n";
  };
  for (const Option& option : options_) line(option.name, option.argument, option.help, option.standard);
  for (const Standing& each : standing) line(each.name, "", each.help, "");
  for (const Chapter& chapter : program_.chapters) {
    out << "\n" << chapter.heading << ":\n";
    for (const char* text : chapter.lines) out << "  " << text << "\n";
  }
  return out.str();
}

std::string OptionTable::markdown() const {
  std::ostringstream out;
  out << "| option | default | meaning |\n|---|---|---|\n";
  for (const Option& option : options_)
    out << "| `--" << option.name << (isSwitch(option) ? "" : std::string(" ") + option.argument) << "` | "
        << option.standard << " | " << option.help << " |\n";
  return out.str();
}

std::string OptionTable::man() const {
  std::string upper(program_.name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  std::ostringstream out;
  out << ".TH " << troff(upper) << " 1 \"\" \"ocpp-soap-gateway " << OCPP_SOAP_GATEWAY_VERSION << "\"\n";
  out << ".SH NAME\n" << troff(program_.name) << " \\- " << troff(program_.purpose) << "\n.SH SYNOPSIS\n";
  for (const char* usage : program_.usages) out << ".B " << troff(program_.name) << "\n" << troff(usage) << "\n.br\n";
  out << ".SH DESCRIPTION\n";
  for (const char* paragraph : program_.paragraphs) out << ".PP\n" << troff(paragraph) << "\n";
  out << ".SH OPTIONS\n";
  for (const Option& option : options_) {
    out << ".TP\n.B \\-\\-" << troff(option.name) << " " << troff(option.argument) << "\n" << troff(option.help);
    if (option.standard[0] != '\0') out << " (default: " << troff(option.standard) << ")";
    out << "\n";
  }
  for (const Standing& each : standing) out << ".TP\n.B \\-\\-" << troff(each.name) << "\n" << each.help << "\n";
  for (const Chapter& chapter : program_.chapters) {
    out << ".SH " << troff(chapter.heading) << "\n.nf\n";
    for (const char* text : chapter.lines) out << troff(text) << "\n";
    out << ".fi\n";
  }
  return out.str();
}

}  // namespace tool
