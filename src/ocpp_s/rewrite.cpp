// SPDX-License-Identifier: GPL-2.0-or-later
// Rewrites a body element into the exact words, shape and namespace of its version.
#include "ocpp_s/rewrite.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/text.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/dom.h"
#include "ocpp_s/head.h"
#include "ocpp_s/vocabulary.h"

namespace ocpp_s {

namespace {

// In the order of the 1.6 contract.
constexpr std::array<std::string_view, 6> sampleAttributes{"context", "format",   "measurand",
                                                           "phase",   "location", "unit"};
constexpr std::size_t phaseAttribute = 3;  // 1.5 has none

/// Readings of one moment, whatever they looked like.
struct Sample {
  std::string value;
  std::array<std::optional<std::string>, sampleAttributes.size()> attributes;
};
struct Block {
  std::optional<std::string> timestamp;
  std::vector<Sample> samples;
};

/// What the prefixes mean where the rewriter stands. Looking from each element upwards would cost as much as there are
/// attributes around it (C1).
class Prefixes {
 public:
  /// What an element declares, for as long as the rewriter is inside.
  class Scope {
   public:
    Scope(Prefixes& all, const pugi::xml_node& node) : all_(all), before_(all.hidden_.size()) {
      for (const pugi::xml_attribute& each : node.attributes()) all_.declare(each);
    }
    ~Scope() { all_.leave(before_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Prefixes& all_;
    std::size_t before_;
  };

  /// Around the element.
  explicit Prefixes(const pugi::xml_node& element) {
    std::vector<pugi::xml_node> around;
    for (pugi::xml_node node = element.parent(); node; node = node.parent()) around.push_back(node);
    for (auto node = around.rbegin(); node != around.rend(); ++node)
      for (const pugi::xml_attribute& each : node->attributes()) declare(each);
    hidden_.clear();
  }

  /// The namespace of a prefix, "" = the default one; nothing when nobody declares it.
  std::optional<std::string_view> find(std::string_view prefix) const {
    const auto found = meaning_.find(prefix);
    return found == meaning_.end() ? std::nullopt : found->second;
  }

 private:
  using Meaning = std::optional<std::string_view>;

  void declare(const pugi::xml_attribute& attribute) {
    std::string_view name = attribute.name();
    if (name.substr(0, 5) != "xmlns" || (name.size() > 5 && name[5] != ':')) return;
    name.remove_prefix(std::min<std::size_t>(name.size(), 6));
    Meaning& meaning = meaning_[name];
    hidden_.emplace_back(name, meaning);
    meaning = attribute.value();
  }
  void leave(std::size_t before) {
    for (; hidden_.size() > before; hidden_.pop_back()) meaning_[hidden_.back().first] = hidden_.back().second;
  }

  std::unordered_map<std::string_view, Meaning> meaning_;
  std::vector<std::pair<std::string_view, Meaning>> hidden_;  // what inner declarations replaced
};

class Rewriter {
 public:
  Rewriter(std::string& out, const BodyKind& kind, const pugi::xml_node& wrapper, Notes& notes)
      : out_(out), kind_(kind), prefixes_(wrapper), found_(namespaceOf(wrapper)), notes_(notes) {}

  void children(const pugi::xml_node& parent) {
    const Prefixes::Scope inside(prefixes_, parent);
    for (pugi::xml_node node = firstElement(parent); node; node = nextElement(node)) element(node);
  }

  void noteNamespaces() {
    if (unbound_) notes_.push_back({Quirk::UnboundPrefix, "/", "an undeclared namespace prefix was ignored"});
    if (outside_)
      notes_.push_back({Quirk::NoNamespace, "/", "elements outside the message's namespace were read as its own"});
    if (reshaped_) notes_.push_back({Quirk::MeterShape, "/", "meter values in another shape than the version's"});
  }

 private:
  void note(Quirk quirk, std::string_view element, std::string text) {
    notes_.push_back({quirk, "/" + std::string(element), std::move(text)});
  }

  void element(const pugi::xml_node& node) {
    look(node);
    if (isNil(node)) return;  // L-12
    const std::string_view local = localName(node);
    std::string_view name = canonicalName(kind_.version, kind_.action, kind_.half, local);
    if (name.empty()) name = local;
    if (name != local) note(Quirk::Misspelt, local, "was read as " + std::string(name));
    if (isMeterData(name)) return meterData(node, name);
    open(name);
    if (!firstElement(node))
      appendEscaped(out_, textOf(node));
    else if (isOpaque(name))
      markup(node, name);
    else
      children(node);
    close(name);
  }

  void look(const pugi::xml_node& node) {
    const Prefixes::Scope inside(prefixes_, node);
    const std::string_view prefix = prefixOf(node);
    const auto meaning = prefixes_.find(prefix);
    if (!meaning && !prefix.empty())
      unbound_ = true;
    else if (meaning.value_or("") != found_)
      outside_ = true;
    for (const pugi::xml_attribute& attribute : node.attributes())
      if (std::string_view(attribute.name()).substr(0, 4) == "xsi:" && !prefixes_.find("xsi")) unbound_ = true;
  }

  void open(std::string_view name) { out_.append("<").append(name).append(">"); }
  void close(std::string_view name) { out_.append("</").append(name).append(">"); }
  void leaf(std::string_view name, std::string_view text) {
    open(name);
    appendEscaped(out_, text);
    close(name);
  }

  bool isOpaque(std::string_view name) const {
    return kind_.action == ocpp::indexOf<ocpp::DataTransfer> && name == "data";
  }

  void markup(const pugi::xml_node& node, std::string_view name) {  // QUIRKS X12
    std::ostringstream inner;
    for (const pugi::xml_node& child : node.children()) child.print(inner, "", pugi::format_raw);
    appendEscaped(out_, inner.str());
    note(Quirk::Markup, name, "markup was read as text");
  }

  /// 1.5 has another element between transactionData and its readings.
  bool isWrapped() const {
    return kind_.action == ocpp::indexOf<ocpp::StopTransaction> && kind_.version == ocpp::Version::V15;
  }

  bool isMeterData(std::string_view name) const {
    if (kind_.half != ocpp::Half::Request) return false;
    if (kind_.action == ocpp::indexOf<ocpp::MeterValues>) return name == "values" || name == "meterValue";
    return kind_.action == ocpp::indexOf<ocpp::StopTransaction> && name == "transactionData";
  }

  void meterData(const pugi::xml_node& node, std::string_view name) {
    std::vector<Block> blocks;
    gather(node, blocks);
    const bool wrapped = isWrapped();
    reshaped_ = reshaped_ || (wrapped && childNamed(node, "timestamp"));
    if (wrapped) open(name);
    for (const Block& block : blocks) emit(block, wrapped ? "values" : name);
    if (wrapped) close(name);
  }

  // One element may hold blocks (1.5 transactionData), and be one.
  void gather(const pugi::xml_node& node, std::vector<Block>& blocks) {
    const Prefixes::Scope inside(prefixes_, node);
    Block block;
    Sample pattern;  // attributes of the block are those of its samples
    for (const pugi::xml_attribute& each : node.attributes()) {
      const bool timed = localName(std::string_view(each.name())) == "timestamp";
      if (timed) block.timestamp = each.value();
      const bool known = setAttribute(pattern, localName(std::string_view(each.name())), each.value());
      reshaped_ = reshaped_ || timed || known;
    }
    for (pugi::xml_node child = firstElement(node); child; child = nextElement(child)) {
      look(child);
      if (isNil(child)) continue;
      if (isNamed(child, "values") || isNamed(child, "meterValue")) {
        reshaped_ = reshaped_ || !isWrapped();
        gather(child, blocks);
      } else if (isNamed(child, "timestamp")) {
        block.timestamp = textOf(child);
      } else if (isNamed(child, "value") || isNamed(child, "sampledValue")) {
        reshaped_ = reshaped_ || isNamed(child, "sampledValue") != (kind_.version == ocpp::Version::V16);
        block.samples.push_back(sample(child, pattern));
      } else if (setAttribute(pattern, localName(child), textOf(child))) {
        reshaped_ = true;
      } else {
        note(Quirk::UnknownElement, localName(child), "unexpected element: ignored");
      }
    }
    if (block.timestamp || !block.samples.empty()) blocks.push_back(std::move(block));
  }

  Sample sample(const pugi::xml_node& node, Sample made) {
    const Prefixes::Scope inside(prefixes_, node);
    for (const pugi::xml_attribute& each : node.attributes())
      setAttribute(made, localName(std::string_view(each.name())), each.value());
    if (!firstElement(node)) made.value = textOf(node);
    for (pugi::xml_node child = firstElement(node); child; child = nextElement(child)) {
      look(child);
      if (isNil(child)) continue;
      if (isNamed(child, "value"))
        made.value = textOf(child);
      else if (!setAttribute(made, localName(child), textOf(child)))
        note(Quirk::UnknownElement, localName(child), "unexpected element: ignored");
    }
    return made;
  }

  static bool setAttribute(Sample& sample, std::string_view name, std::string value) {
    for (std::size_t i = 0; i < sampleAttributes.size(); ++i) {
      if (!ocpp::equalFold(sampleAttributes[i], name)) continue;
      sample.attributes[i] = std::move(value);
      return true;
    }
    return false;
  }

  void emit(const Block& block, std::string_view name) {
    if (kind_.version == ocpp::Version::V12) return emit12(block, name);
    open(name);
    if (block.timestamp) leaf("timestamp", *block.timestamp);
    for (const Sample& each : block.samples) kind_.version == ocpp::Version::V15 ? emit15(each) : emit16(each);
    close(name);
  }

  void emit12(const Block& block, std::string_view name) {
    for (const Sample& each : block.samples) {
      open(name);
      if (block.timestamp) leaf("timestamp", *block.timestamp);
      leaf("value", each.value);
      close(name);
    }
  }

  void emit15(const Sample& sample) {
    out_.append("<value");
    for (std::size_t i = 0; i < sampleAttributes.size(); ++i) {
      if (!sample.attributes[i] || i == phaseAttribute) continue;
      out_.append(" ").append(sampleAttributes[i]).append("=\"");
      appendEscaped(out_, *sample.attributes[i]);
      out_.append("\"");
    }
    out_.append(">");
    appendEscaped(out_, sample.value);
    out_.append("</value>");
  }

  void emit16(const Sample& sample) {
    open("sampledValue");
    leaf("value", sample.value);
    for (std::size_t i = 0; i < sampleAttributes.size(); ++i)
      if (sample.attributes[i]) leaf(sampleAttributes[i], *sample.attributes[i]);
    close("sampledValue");
  }

  std::string& out_;
  const BodyKind& kind_;
  Prefixes prefixes_;
  std::string_view found_;
  Notes& notes_;
  bool unbound_ = false;
  bool outside_ = false;
  bool reshaped_ = false;
};

}  // namespace

void rewriteBody(std::string& out, const pugi::xml_node& wrapper, std::string_view ns, const BodyKind& kind,
                 Notes& notes) {
  const std::string name = wrapperName(kind.action, kind.half);
  if (wrapper && localName(wrapper) != name)
    notes.push_back({Quirk::Misspelt, "/", std::string(localName(wrapper)) + " was read as " + name});  // QUIRKS X14
  out.append("<").append(name).append(" xmlns=\"").append(ns).append("\">");
  Rewriter rewriter(out, kind, wrapper, notes);
  rewriter.children(wrapper);
  rewriter.noteNamespaces();
  out.append("</").append(name).append(">");
}

}  // namespace ocpp_s
