namespace Myeloma.Fhir.Interactions.Requests;

/// <summary>A person who decides what is published, known by what the request carries.</summary>
/// <param name="Name">As decisions show it.</param>
/// <param name="Reference">A resource that stands for the person, like <c>Practitioner/x</c>; null when there is none.</param>
/// <param name="MayRelease">Whether what is reviewed may be made active by this person.</param>
public sealed record Reviewer(string Name, string? Reference, bool MayRelease);
