// What a dashboard's and a question's page takes for its model: names, and who listens to them.

class Model {
  constructor(values) {
    this.values = values;
    this.handlers = {};
    this.patience = 2 ** 31 - 1; // the page itself says that Python wakes or computes, and can stop it
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
  }

  on(event, handler) {
    (this.handlers[event] ??= []).push(handler);
  }

  off(event, handler) {
    this.handlers[event] = (this.handlers[event] ?? []).filter((one) => one !== handler);
  }

  emit(event, ...values) {
    for (const handler of this.handlers[event] ?? []) handler(...values);
  }
}
