// SPDX-License-Identifier: GPL-2.0-or-later
// Meter values, the only part of OCPP whose shape differs per version; told apart by the members of the class.
//
//   1.2  values { timestamp, value }                                     one register reading
//   1.5  values { timestamp, value* = text with attributes }             StopTransaction: transactionData* { values* }
//   1.6  meterValue { timestamp, sampledValue* { value, context, ... } }
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/shared/meter_value.h"
#include "ocpp_s/leaf.h"

namespace ocpp_s {

/// Lists of MeterValue: MeterValues.meterValue and StopTransaction.transactionData.
template <class T>
struct IsMeterData : std::false_type {};
template <>
struct IsMeterData<std::vector<ocpp::MeterValue>> : std::true_type {};
template <>
struct IsMeterData<ocpp::AtLeastOne<ocpp::MeterValue>> : std::true_type {};

template <class G, class = void>
struct HasValues : std::false_type {};  // 1.5 TransactionData
template <class G>
struct HasValues<G, std::void_t<decltype(std::declval<G&>().values)>> : std::true_type {};

template <class G, class = void>
struct HasSampledValue : std::false_type {};  // 1.6 MeterValue
template <class G>
struct HasSampledValue<G, std::void_t<decltype(std::declval<G&>().sampledValue)>> : std::true_type {};

/// The texts of one sample inside a generated class.
template <class G>
SampleTexts sampleTexts16(G& sample) {
  return {&sample.value, &sample.context,  &sample.format, &sample.measurand,
          &sample.phase, &sample.location, &sample.unit};
}
template <class G>
SampleTexts sampleTexts15(G& sample, std::optional<std::string>& text) {
  return {&text, &sample.context, &sample.format, &sample.measurand, nullptr, &sample.location, &sample.unit};
}

inline void readOneSample(Reader& reader, std::size_t index, const SampleTexts& texts, ocpp::MeterValue& to) {
  const At list(reader, "sampledValue");
  const At at(reader, {}, index);
  ocpp::SampledValue sample;
  if (readSample(reader, texts, sample)) to.sampledValue.push_back(std::move(sample));
}

template <class G>
void readSamples(Reader& reader, G& from, ocpp::MeterValue& to) {
  if constexpr (HasSampledValue<G>::value) {
    for (std::size_t i = 0; i < from.sampledValue.size(); ++i)
      readOneSample(reader, i, sampleTexts16(from.sampledValue[i]), to);
  } else if constexpr (std::is_same_v<decltype(from.value), std::optional<std::string>>) {
    if (from.value && ocpp::trimmed(*from.value).empty()) from.value.reset();
    readOneSample(reader, 0, {&from.value}, to);
  } else {
    for (std::size_t i = 0; i < from.value.size(); ++i) {
      std::optional<std::string> text(std::move(from.value[i].__item));
      readOneSample(reader, i, sampleTexts15(from.value[i], text), to);
    }
  }
}

/// One MeterValue; without a moment or without samples it is dropped: no version can say such a thing
/// (translation 4.3).
template <class G, class List>
void readMeterValue(Reader& reader, G& from, List& to) {
  ocpp::MeterValue value;
  bool timed = false;
  if (from.timestamp) timed = readValue(reader, *from.timestamp, value.timestamp, Excess::KeepAll);
  if (!timed) {
    reader.lossy = true;
    return reader.note(Quirk::DroppedValue, "the meter value was dropped: it has no readable timestamp");
  }
  readSamples(reader, from, value);
  if (!value.sampledValue.empty()) return to.push_back(std::move(value));
  reader.lossy = true;
  reader.note(Quirk::DroppedValue, "the meter value was dropped: it has no samples");
}

template <class G, class List>
void readMeterData(Reader& reader, std::vector<G>& from, List& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const At at(reader, {}, i);
    if constexpr (HasValues<G>::value) {
      if (from[i].values.empty()) reader.note(Quirk::EmptyValue, "is empty");  // QUIRKS X10: <transactionData/>
      for (auto& each : from[i].values) readMeterValue(reader, each, to);
    } else {
      readMeterValue(reader, from[i], to);
    }
  }
}

template <class G>
bool isEmpty(const G& value) {
  if constexpr (HasSampledValue<G>::value)
    return value.sampledValue.empty();
  else if constexpr (std::is_same_v<decltype(value.value), std::optional<std::string>>)
    return !value.value;
  else
    return value.value.empty();
}

/// Appends the value unless none of its samples can be said in this version.
template <class G>
void writeMeterValue(const Writer& writer, const ocpp::MeterValue& from, std::vector<G>& to) {
  G value;
  value.timestamp = writeValue(writer, from.timestamp);
  for (const ocpp::SampledValue& each : from.sampledValue) {
    if constexpr (HasSampledValue<G>::value) {
      typename std::remove_reference_t<decltype(value.sampledValue[0])> sample;
      if (writeSample(writer, each, sampleTexts16(sample))) value.sampledValue.push_back(std::move(sample));
    } else if constexpr (std::is_same_v<decltype(value.value), std::optional<std::string>>) {
      if (!value.value) value.value = writeValue(writer, each.value);  // MV-7: the first
    } else {
      typename std::remove_reference_t<decltype(value.value[0])> sample;
      std::optional<std::string> text;
      if (!writeSample(writer, each, sampleTexts15(sample, text))) continue;
      sample.__item = std::move(*text);
      value.value.push_back(std::move(sample));
    }
  }
  if (!isEmpty(value)) to.push_back(std::move(value));
}

/// 1.5 has one transactionData that holds all values (translation 3, TransactionData).
template <class G, class List>
void writeMeterData(const Writer& writer, const List& from, std::vector<G>& to) {
  if constexpr (HasValues<G>::value) {
    G all;
    for (const auto& each : from) writeMeterValue(writer, each, all.values);
    if (!all.values.empty()) to.push_back(std::move(all));
  } else {
    for (const auto& each : from) writeMeterValue(writer, each, to);
  }
}

}  // namespace ocpp_s
