/** Browser storage that a page can rely on: where it is blocked, values live as long as the page. */

export interface PageStorage {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
}

function createPageStorage(open: () => Storage): PageStorage {
  const kept = new Map<string, string>();
  const attempt = <T>(action: (storage: Storage) => T): T | null => {
    try {
      return action(open());
    } catch {
      return null;
    }
  };
  return {
    read: (key) => attempt((storage) => storage.getItem(key)) ?? kept.get(key) ?? null,
    write(key, value) {
      kept.set(key, value);
      attempt((storage) => storage.setItem(key, value));
    },
    remove(key) {
      kept.delete(key);
      attempt((storage) => storage.removeItem(key));
    },
  };
}

/** Shared by all tabs and kept when the browser closes. */
export const browserStorage = createPageStorage(() => localStorage);

/** Of this tab, kept over a reload. */
export const tabStorage = createPageStorage(() => sessionStorage);
