// SPDX-FileCopyrightText: The loci authors
// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <cstring>
#include <new>

namespace loci::train {

at::Tensor to_torch(const loci::Tensor& tensor, at::ScalarType type) {
  const std::vector<float> values = tensor.to_floats();
  at::Tensor out = at::empty(tensor.shape, at::kFloat);
  if (!values.empty()) std::memcpy(out.data_ptr<float>(), values.data(), values.size() * 4);
  return out.to(type);
}

loci::Tensor from_torch(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
  return make_tensor(
      plain.sizes().vec(),
      std::span<const float>(plain.data_ptr<float>(), static_cast<size_t>(plain.numel())));
}

Status guarded(const std::string& where, const std::function<Status()>& body) {
  try {
    return body();
  } catch (const loci::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    return io_error(where + ": memory ran out; make the batch, chunk_images or the images smaller");
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    const bool memory = text.find("memory") != std::string::npos;
    return io_error(where + ": libtorch: " + text.substr(0, text.find('\n')) +
                    (memory ? "; make the batch, chunk_images or the images smaller" : ""));
  }
}

}  // namespace loci::train
