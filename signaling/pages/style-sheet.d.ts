/** Style sheets are the bundler's business; importing one has an effect and no value. */
declare module "*.css";
