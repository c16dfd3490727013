// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph.h"

#include "loci/backbone/backbone.h"

#include <exception>
#include <new>
#include <string>

#include <dnnl.hpp>

namespace loci::internal {

using dnnl::memory;

inline const dnnl::engine& cpu_engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// Tokens make a map one row high: its channels lie together at each position as in any other.
inline memory::dims map_dims(int batch, const Extent& extent) {
  if (!extent.plain()) return {batch, extent.channels, 1, extent.rows()};
  return {batch, extent.channels, extent.height, extent.width};
}
inline memory::desc plain_map(int batch,
                              const Extent& extent,
                              memory::data_type type = memory::data_type::f32) {
  return {map_dims(batch, extent), type, memory::format_tag::nhwc};
}
inline memory::desc any_map(int batch, const Extent& extent, memory::data_type type) {
  return {map_dims(batch, extent), type, memory::format_tag::any};
}

/// Attributes of every primitive of ours: scratch memory comes from the plan's arena.
inline dnnl::primitive_attr plan_attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

/// The failure of whatever oneDNN or an allocation threw. Call in a catch block.
inline Status library_status(const std::string& what) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return io_error(what + ": not enough memory; use a smaller image or batch");
  } catch (const dnnl::error& e) {
    if (e.status == dnnl_out_of_memory)
      return io_error(what + ": not enough memory; use a smaller image or batch");
    return unsupported(what + ": oneDNN refused: " + e.what());
  } catch (const std::exception& e) {
    return unsupported(what + ": " + e.what());
  }
}

/// What the processor's instructions allow.
struct Instructions {
  bool bf16 = false;  ///< bf16 dot products
  bool vnni = false;  ///< int8 dot products that do not saturate
};
Instructions instructions();

}  // namespace loci::internal
