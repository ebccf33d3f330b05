namespace Myeloma.Fhir.Server.Pages;

/// <summary>The frame of every page: head, navigation, main, footer.</summary>
internal static class Layout
{
    /// <param name="title">Plain text; stands in the title bar and, if <paramref name="heading"/> is absent, as the heading.</param>
    public static string Page(string title, Html body, Html? heading = null)
    {
        Html page = $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{title} · Myeloma.Fhir</title>
            <link rel="stylesheet" href="/assets/site.css">
            <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
            </head>
            <body>
            <a class="skip" href="#main">Skip to content</a>
            <header>
            <nav aria-label="Main">
            <a class="brand" href="/">Myeloma.Fhir</a>
            <ul>
            <li><a href="/#regimens">Regimens</a></li>
            <li><a href="/#drugs">Drugs</a></li>
            <li><a href="/#documents">Documents</a></li>
            <li><a href="/review">Review</a></li>
            <li><a href="/lint">Lint</a></li>
            <li><a href="/validate">Validate</a></li>
            <li><a href="/fhirpath">FHIRPath</a></li>
            <li><a href="/api">API</a></li>
            </ul>
            </nav>
            </header>
            <main id="main">
            <h1>{heading ?? $"{title}"}</h1>
            {body}
            </main>
            <footer>
            <p>What is shown here is what the source documents state, machine-read; what nobody has reviewed is a draft. It is no medical advice. <a href="/packages">Packages</a> · <a href="/conformance">Tests this release passes</a></p>
            </footer>
            </body>
            </html>
            """;
        return page.ToString();
    }

    /// <summary>A link to the resource as JSON.</summary>
    public static Html JsonLink(string type, string id) =>
        $"""<a class="json" href="/fhir/{type}/{id}?_pretty=true">{type}/{id}</a>""";
}
