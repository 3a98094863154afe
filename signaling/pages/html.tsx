/** HTML that the server made from the study's own text: nobody but the study's author writes it. */

export function Html({ html }: { readonly html: string }) {
  if (html === "") return null;
  return <div class="prose" dangerouslySetInnerHTML={{ __html: html }} />;
}
