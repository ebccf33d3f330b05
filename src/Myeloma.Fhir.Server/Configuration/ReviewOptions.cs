using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Reviewing;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>The section <c>Fhir:Review</c>; deploy/configuration.md has the list.</summary>
/// <remarks>Tokens are not kept, only their SHA-256: a token is made by a machine and long, so that nothing is gained by a slow hash.</remarks>
public sealed class ReviewOptions
{
    private const int HashBytes = 32;

    private readonly IReadOnlyList<(byte[] Hash, Reviewer Reviewer)> reviewers;

    private ReviewOptions(IReadOnlyList<(byte[] Hash, Reviewer Reviewer)> reviewers, ReviewSettings settings) => (this.reviewers, Settings) = (reviewers, settings);

    /// <summary>Nobody.</summary>
    public static ReviewOptions None { get; } = new([], ReviewSettings.Default);

    public ReviewSettings Settings { get; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a reviewer without a name or hash, or the same token twice; the text names the setting.</exception>
    public static ReviewOptions Read(IConfigurationSection section)
    {
        var reviewers = new List<(byte[] Hash, Reviewer)>();
        foreach (var one in section.GetSection("Reviewers").GetChildren())
        {
            if (one["Name"] is not { Length: > 0 } name) throw ServerOptions.Refused($"The setting {one.Path}:Name says who the reviewer is; it is missing.");
            if (one["TokenSha256"] is not { Length: HashBytes * 2 } text || !text.All(char.IsAsciiHexDigit))
                throw ServerOptions.Refused($"The setting {one.Path}:TokenSha256 is the SHA-256 of the reviewer's token, 64 hexadecimal digits.");
            var hash = Convert.FromHexString(text);
            if (reviewers.Exists(other => other.Hash.AsSpan().SequenceEqual(hash))) throw ServerOptions.Refused($"The setting {one.Path}:TokenSha256 is that of another reviewer; each has a token of their own.");
            reviewers.Add((hash, new Reviewer(name, one["Reference"] is { Length: > 0 } reference ? reference : null, ServerOptions.Flag(one, nameof(Reviewer.MayRelease), false))));
        }

        return new ReviewOptions(reviewers, new ReviewSettings(
            reviewers.Count > 0,
            ServerOptions.Flag(section, nameof(ReviewSettings.Protect), true),
            ServerOptions.Number(section, nameof(ReviewSettings.MaxDecisions), ReviewSettings.Default.MaxDecisions, 1, 100_000)));
    }

    /// <summary>Who sends a token.</summary>
    /// <param name="authorization">The header, <c>Bearer …</c>.</param>
    /// <returns>Null when it is nobody's.</returns>
    public Reviewer? Find(StringValues authorization)
    {
        const string scheme = "Bearer ";
        if (reviewers.Count == 0 || authorization.Count != 1 || authorization[0] is not { } header || !header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        return FindToken(header[scheme.Length..].Trim());
    }

    /// <summary>Whose token it is. All are compared, each in constant time, so that the time tells nothing.</summary>
    /// <returns>Null when it is nobody's.</returns>
    public Reviewer? FindToken(string token)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        Reviewer? found = null;
        foreach (var (own, reviewer) in reviewers)
            if (CryptographicOperations.FixedTimeEquals(own, hash)) found = reviewer;
        return found;
    }
}
