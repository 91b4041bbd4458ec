export const JSON_TYPE = 'application/json';
export const STRUCTURED_TYPE = 'application/cloudevents+json';

const CLOUD_EVENTS = 'application/cloudevents';

export function isJsonType(type: string | undefined): boolean {
  const [essence = ''] = (type ?? '').toLowerCase().split(';');
  return /^[^/]+\/(json|[^/]+\+json)\s*$/.test(essence);
}

export function isTextType(type: string | undefined): boolean {
  return /^text\//i.test(type ?? '');
}

export function isCloudEventsType(type: string | undefined): boolean {
  return (type ?? '').toLowerCase().startsWith(CLOUD_EVENTS);
}

export function isStructuredJson(type: string): boolean {
  const [essence = ''] = type.toLowerCase().split(';');
  return essence.trim() === STRUCTURED_TYPE;
}
